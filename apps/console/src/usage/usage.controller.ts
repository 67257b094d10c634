import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  dailyQuery,
  usageByKey,
  usageByModel,
  usageDaily,
  usageQuery,
  usageSummary,
  type UsageByKey,
  type UsageByModel,
  type UsageDaily,
  type UsageQuery,
  type UsageSummary,
} from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { UsageService } from './usage.service.js';

@Controller('api/usage')
@Access('user')
export class UsageController {
  constructor(private readonly service: UsageService) {}

  @Get('summary')
  @Answers(usageSummary)
  summary(
    @Caller() caller: Identity,
    @Query({ schema: usageQuery }) query: UsageQuery,
  ): Promise<UsageSummary> {
    return this.service.summary(caller, query);
  }

  @Get('daily')
  @Answers(usageDaily)
  daily(
    @Caller() caller: Identity,
    @Query({ schema: dailyQuery }) query: z.infer<typeof dailyQuery>,
  ): Promise<UsageDaily> {
    return this.service.daily(caller, query);
  }

  @Get('models')
  @Answers(usageByModel)
  models(
    @Caller() caller: Identity,
    @Query({ schema: usageQuery }) query: UsageQuery,
  ): Promise<UsageByModel> {
    return this.service.models(caller, query);
  }

  @Get('keys')
  @Answers(usageByKey)
  keys(
    @Caller() caller: Identity,
    @Query({ schema: usageQuery }) query: UsageQuery,
  ): Promise<UsageByKey> {
    return this.service.keys(caller, query);
  }
}
