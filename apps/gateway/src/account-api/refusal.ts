import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import type { AppLogger } from '@weir/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_LOGGER } from '../app/tokens.js';
import { requestId } from '../money/request-id.js';
import { errorBody, errorFacts, type ProblemDetail } from '../refuse/error-body.js';
import { correlationIdOf } from '../request/client-facts.js';

/** An expected refusal of the account API. */
export class AccountRefusal extends Error {
  constructor(
    readonly code: ErrorCodeName,
    readonly detail: ProblemDetail = {},
  ) {
    super(detail.message ?? ERROR_CODES[code].when);
  }
}

/** Writes the errors of every controller as the paths of the hot path do; whatever is no refusal is our own fault. */
@Catch()
export class AccountErrorFilter implements ExceptionFilter {
  constructor(@Inject(GATEWAY_LOGGER) private readonly logger: AppLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = this.refusalOf(error);
    const { code, detail } = refusal;
    const id = identify(request, reply);
    const { retryAfterS = null } = detail;
    if (retryAfterS !== null) {
      const seconds = Math.max(1, Math.ceil(retryAfterS));
      void reply.header('retry-after', String(seconds));
      void reply.header('retry-after-ms', String(seconds * 1_000));
    }
    const retries = detail.retryable ?? ERROR_CODES[code].retryable;
    void reply
      .status(ERROR_CODES[code].status)
      .header('content-type', 'application/json; charset=utf-8')
      .header('x-should-retry', retries ? 'true' : 'false')
      .send(errorBody('openai', errorFacts(code, id, detail)));
  }

  private refusalOf(error: unknown): AccountRefusal {
    if (error instanceof AccountRefusal) return error;
    const code = codeOf(error);
    if (code !== null) return new AccountRefusal(code);
    this.logger.error({ err: error }, 'a controller failed');
    return new AccountRefusal('internal_error');
  }
}

/** Puts both request ids on an answer; answers the id. */
export function identify(request: FastifyRequest, reply: FastifyReply): string {
  const id = correlationIdOf(request.raw) ?? requestId(Date.now());
  void reply.header('x-request-id', id).header('request-id', id);
  return id;
}

/** What Fastify and Nest refuse by themselves carries a status of the client's; null = our own fault. */
function codeOf(error: unknown): ErrorCodeName | null {
  if (!(error instanceof Error)) return null;
  const status = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : 0;
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  return CODES.get(status) ?? 'invalid_request_error';
}

const CODES: ReadonlyMap<number, ErrorCodeName> = new Map([
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'request_too_large'],
  [415, 'unsupported_media_type'],
]);
