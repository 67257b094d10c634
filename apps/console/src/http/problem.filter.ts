import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCodeName, type Problem } from '@weir/contracts';
import { ApiError } from './api-error.js';

/**
 * Renders everything that was thrown as RFC 9457 problem+json with a stable code. What is not expected is
 * logged with its cause and answered with a general sentence: no stack, no statement, no address leaves.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = asApiError(thrown);
    const { status } = ERROR_CODES[error.code];
    if (status >= 500) this.logger.error({ err: thrown, requestId: request.id, code: error.code });
    if (reply.sent || reply.raw.headersSent) return;
    if (error.details.retryAfterSeconds !== undefined)
      void reply.header('retry-after', String(error.details.retryAfterSeconds));
    void reply
      .code(status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemOf(error, request)));
  }
}

/** The body of one refusal. */
export function problemOf(error: ApiError, request: FastifyRequest): Problem {
  const { status, when } = ERROR_CODES[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    title: when,
    status,
    detail: error.message,
    instance: request.url.split('?', 1)[0] ?? '/',
    code: error.code,
    request_id: request.id,
    ...(error.details.errors ? { errors: [...error.details.errors] } : {}),
  };
}

/** SQLSTATE or Node error code → our code, for the errors whose cause is known. */
const BY_CODE: Readonly<Record<string, ErrorCodeName>> = {
  '23505': 'conflict',
  '23503': 'conflict',
  '40001': 'conflict',
  '40P01': 'conflict',
  '22003': 'validation_failed',
  '55P03': 'storage_unavailable',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request_error',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request_error',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request_error',
};
/**
 * PostgreSQL is not there, not itself or too busy: connection, authorisation, catalog, resources, operator
 * intervention, system error, read-only; or the network says so.
 */
const UNAVAILABLE =
  /^(08|28|3D|53|57|58)...$|^25006$|^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)$/;
const BY_STATUS: Readonly<Record<number, ErrorCodeName>> = {
  400: 'invalid_request_error',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'request_too_large',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  503: 'storage_unavailable',
};

function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  // libs/data names the SQLSTATE apart; pg and Fastify use `code`.
  const named = textOf(thrown, 'sqlState') || textOf(thrown, 'code');
  const code = UNAVAILABLE.test(named) ? 'storage_unavailable' : BY_CODE[named];
  if (code)
    return new ApiError(code, ERROR_CODES[code].when, {
      cause: thrown,
      ...(code === 'storage_unavailable' ? { retryAfterSeconds: 2 } : {}),
    });
  const message = thrown instanceof Error ? thrown.message : '';
  if (/timeout exceeded when trying to connect|Connection terminated|not established/.test(message))
    return new ApiError('storage_unavailable', undefined, { cause: thrown, retryAfterSeconds: 2 });
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : numberOf(thrown, 'statusCode');
  return new ApiError(BY_STATUS[status] ?? 'internal_error', undefined, { cause: thrown });
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' ? found : '';
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== 'object' || value === null) return 500;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'number' ? found : 500;
}
