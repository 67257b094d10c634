import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import {
  routingOverride,
  routingView,
  simulatedRouting,
  simulateRoutingBody,
  type RoutingOverride,
  type RoutingView,
  type SimulatedRouting,
  type SimulateRoutingBody,
} from '@weir/contracts';
import { Access, Caller, ClientIp, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { RoutingSimulation } from './routing-simulation.js';
import { RoutingService } from './routing.service.js';

/** How the account's requests are routed where neither the request nor its key says otherwise. */
@Controller('api/routing')
@Access('user')
export class RoutingController {
  constructor(
    private readonly service: RoutingService,
    private readonly simulation: RoutingSimulation,
  ) {}

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

  @Post('simulate')
  @HttpCode(200)
  @Answers(simulatedRouting)
  simulate(
    @Caller() caller: Identity,
    @Body({ schema: simulateRoutingBody }) body: SimulateRoutingBody,
  ): Promise<SimulatedRouting> {
    return this.simulation.simulate(caller, body);
  }
}
