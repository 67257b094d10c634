import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyEntry } from '../config-cache/key-entry.js';
import { AccountQuestions } from './account-questions.js';
import { Callers } from './callers.js';
import { AccountRefusal, identify } from './refusal.js';

const GENERATION_ID =
  /^(?:gen_)?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** The longest request and its drain: younger ids may still run or wait for settlement. */
const UNSETTLED_MS_MAX = 17 * 60_000;

/** What a key may know of itself and its account, in the shapes that OpenRouter's clients read. */
@Controller('v1')
export class AccountController {
  constructor(
    private readonly callers: Callers,
    private readonly questions: AccountQuestions,
  ) {}

  @Get('key')
  async key(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, ({ account, id }) => this.questions.key(account, id));
  }

  @Get('credits')
  async credits(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, ({ account }) => this.questions.credits(account));
  }

  /** A request that is not settled yet is not found yet: 404 with a Retry-After. */
  @Get('generation')
  async generation(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('id') given: unknown,
  ): Promise<void> {
    const id = typeof given === 'string' ? GENERATION_ID.exec(given)?.[1] : undefined;
    await this.answer(request, reply, async ({ account }) => {
      if (id === undefined) {
        const message = 'Send the id of a generation: ?id=gen_….';
        throw new AccountRefusal('invalid_request_error', { message, param: 'id' });
      }
      const body = await this.questions.generation(account, id);
      if (body !== null) return body;
      const ageMs = Date.now() - Number.parseInt(id.replace('-', '').slice(0, 12), 16);
      if (ageMs > UNSETTLED_MS_MAX) throw new AccountRefusal('not_found');
      const message = 'No such generation, or it has not ended and been settled yet.';
      throw new AccountRefusal('not_found', { message, retryAfterS: 1, retryable: true });
    });
  }

  @Get('activity')
  async activity(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('date') date: unknown,
  ): Promise<void> {
    await this.answer(request, reply, async ({ account }) => {
      const day = date === undefined ? null : date;
      const body =
        day === null || (typeof day === 'string' && DAY.test(day))
          ? await this.questions.activity(account, day)
          : null;
      if (body !== null) return body;
      const message = 'Send a UTC day such as ?date=2026-01-31, or none for the last month.';
      throw new AccountRefusal('invalid_request_error', { message, param: 'date' });
    });
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (key: KeyEntry) => Promise<string | null>,
  ): Promise<void> {
    const body = await this.callers.serve(request.raw, read);
    if (body === null) throw new AccountRefusal('not_found');
    identify(request, reply);
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(body);
  }
}
