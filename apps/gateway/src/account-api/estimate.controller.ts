import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Gateway } from '../app/gateway.js';
import { GatewayConfig } from '../app/gateway-config.js';
import { Callers } from './callers.js';
import { estimate } from './estimate.js';
import { EstimateQuestions } from './estimate-questions.js';
import { AccountRefusal, identify } from './refusal.js';

/** `POST /v1/estimate`: the body of a request, answered with what it would cost and which limit would refuse it. */
@Controller('v1')
export class EstimateController {
  constructor(
    private readonly callers: Callers,
    private readonly questions: EstimateQuestions,
    private readonly gateway: Gateway,
    private readonly config: GatewayConfig,
  ) {}

  @Post('estimate')
  @HttpCode(200)
  async estimate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.callers.serve(request.raw, async (key) => {
      const { body } = request;
      if (!Buffer.isBuffer(body)) {
        const message =
          'Send the JSON body of the request to estimate, with `content-type: application/json`.';
        throw new AccountRefusal('unsupported_media_type', { message });
      }
      const input = { key, body, req: request.raw, res: reply.raw };
      return estimate(input, this.gateway.services, this.questions, this.config.weir.currency);
    });
    identify(request, reply);
    await reply.send(answer);
  }
}
