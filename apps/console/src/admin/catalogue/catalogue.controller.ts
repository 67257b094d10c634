import { Body, Controller, Post } from '@nestjs/common';
import type { z } from 'zod';
import { catalogueImport, importCatalogueBody, type CatalogueImport } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { Answers } from '../../http/answers.js';
import { AdminCatalogueService } from './catalogue.service.js';

@Controller('api/admin/catalogue')
@Access('admin')
export class AdminCatalogueController {
  constructor(private readonly service: AdminCatalogueService) {}

  @Post('import')
  @Answers(catalogueImport)
  import(
    @Acting() actor: Actor,
    @Body({ schema: importCatalogueBody }) body: z.infer<typeof importCatalogueBody>,
  ): Promise<CatalogueImport> {
    return this.service.import(actor, body);
  }
}
