import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { grantBody } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import {
  grantPage,
  importQuery,
  importResult,
  templateFile,
  type TemplateFile,
} from './template-file.js';
import { AdminTemplatesService } from './templates.service.js';

const id = { schema: z.uuid() };

/** Who may use a template, and templates as a file. */
@Controller('api/admin/templates')
@Access('admin')
export class AdminTemplateGrantsController {
  constructor(private readonly service: AdminTemplatesService) {}

  @Get('export')
  @Answers(templateFile)
  exportAll(): Promise<TemplateFile> {
    return this.service.exportAll();
  }

  @Post('import')
  @Answers(importResult)
  importAll(
    @Acting() actor: Actor,
    @Query({ schema: importQuery }) query: z.infer<typeof importQuery>,
    @Body({ schema: templateFile }) body: TemplateFile,
  ): Promise<z.infer<typeof importResult>> {
    return this.service.importAll(actor, body, query.mode);
  }

  @Get(':id/grants')
  @Answers(grantPage)
  grants(@Param('id', id) templateId: string): Promise<z.infer<typeof grantPage>> {
    return this.service.grants(templateId);
  }

  @Post(':id/grants')
  @Answers(grantPage, 201)
  grant(
    @Acting() actor: Actor,
    @Param('id', id) templateId: string,
    @Body({ schema: grantBody }) body: z.infer<typeof grantBody>,
  ): Promise<z.infer<typeof grantPage>> {
    return this.service.grant(actor, templateId, body.account);
  }

  @Delete(':id/grants/:account')
  @Answers(null, 204)
  revoke(
    @Acting() actor: Actor,
    @Param('id', id) templateId: string,
    @Param('account', id) account: string,
  ): Promise<void> {
    return this.service.revoke(actor, templateId, account);
  }
}
