import { Body, Controller, Get, Put } from '@nestjs/common';
import {
  routingOverride,
  routingView,
  type RoutingOverride,
  type RoutingView,
} from '@weir/contracts';
import { Access, Caller, ClientIp, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { RoutingService } from './routing.service.js';

/** How the account's requests are routed where neither the request nor its key says otherwise. */
@Controller('api/routing')
@Access('user')
export class RoutingController {
  constructor(private readonly service: RoutingService) {}

  @Get()
  @Answers(routingView)
  get(@Caller() caller: Identity): Promise<RoutingView> {
    return this.service.get(caller);
  }

  @Put()
  @Answers(routingView)
  replace(
    @Caller() caller: Identity,
    @Body({ schema: routingOverride }) body: RoutingOverride,
    @ClientIp() ip: string,
  ): Promise<RoutingView> {
    return this.service.replace(caller, body, ip);
  }
}
