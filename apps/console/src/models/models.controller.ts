import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { modelView, page, paging, type ModelView, type Page } from '@weir/contracts';
import { Access } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { ModelsService } from './models.service.js';

const listQuery = z.strictObject(paging);
const modelPage = page(modelView);

@Controller('api/models')
@Access('user')
export class ModelsController {
  constructor(private readonly service: ModelsService) {}

  @Get()
  @Answers(modelPage)
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<ModelView>> {
    return this.service.list(query);
  }
}
