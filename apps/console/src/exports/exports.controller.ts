import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  exportList,
  exportQuery,
  exportView,
  type ExportQuery,
  type ExportView,
} from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { ExportsService, type ExportFile } from './exports.service.js';

const exportId = z.uuid();
const text = { schema: { type: 'string' as const } };
/** The file in the format asked for. */
const AnswersFile = (): MethodDecorator =>
  ApiOkResponse({
    description: 'The file.',
    content: { 'text/csv': text, 'application/json': text, 'application/x-ndjson': text },
  });

/** Usage as a file: 200 with the file, or 202 with the export that a worker makes. */
@Controller('api')
@Access('user')
export class ExportsController {
  constructor(private readonly service: ExportsService) {}

  @Get('usage/export')
  @AnswersFile()
  @Answers(exportView, 202)
  async start(
    @Caller() caller: Identity,
    @Query({ schema: exportQuery }) query: ExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const started = await this.service.start(caller, query);
    if ('gzipped' in started) sendFile(reply, started);
    else void reply.code(202).send(started);
  }

  @Get('exports')
  @Answers(exportList)
  async list(@Caller() caller: Identity): Promise<{ items: ExportView[] }> {
    return { items: await this.service.list(caller) };
  }

  @Get('exports/:id')
  @Answers(exportView)
  get(
    @Caller() caller: Identity,
    @Param('id', { schema: exportId }) id: string,
  ): Promise<ExportView> {
    return this.service.find(caller, id);
  }

  @Get('exports/:id/file')
  @AnswersFile()
  async file(
    @Caller() caller: Identity,
    @Param('id', { schema: exportId }) id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendFile(reply, await this.service.file(caller, id));
  }
}

function sendFile(reply: FastifyReply, file: ExportFile): void {
  void reply
    .code(200)
    .header('content-type', file.contentType)
    .header('content-disposition', `attachment; filename="${file.name}"`);
  if (file.gzipped) void reply.header('content-encoding', 'gzip');
  void reply.send(Readable.from(file.bytes));
}
