import { Body, Controller, Get, Put } from '@nestjs/common';
import type { z } from 'zod';
import { unpricedModelsBody, unpricedModelsView, type UnpricedModelsView } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { Answers } from '../../http/answers.js';
import { AdminUnpricedModelsService } from './unpriced-models.service.js';

@Controller('api/admin/unpriced-models')
@Access('admin')
export class AdminUnpricedModelsController {
  constructor(private readonly service: AdminUnpricedModelsService) {}

  @Get()
  @Answers(unpricedModelsView)
  get(): Promise<UnpricedModelsView> {
    return this.service.get();
  }

  @Put()
  @Answers(unpricedModelsView)
  set(
    @Acting() actor: Actor,
    @Body({ schema: unpricedModelsBody }) body: z.infer<typeof unpricedModelsBody>,
  ): Promise<UnpricedModelsView> {
    return this.service.set(actor, body.policy);
  }
}
