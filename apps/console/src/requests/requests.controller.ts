import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  noteBody,
  requestDetail,
  requestPage,
  requestsQuery,
  type Page,
  type RequestDetail,
  type RequestRow,
  type RequestsQuery,
} from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { generationId } from './generation-id.js';
import { RequestsService } from './requests.service.js';

@Controller()
@Access('user')
export class RequestsController {
  constructor(private readonly service: RequestsService) {}

  @Get('api/requests')
  @Answers(requestPage)
  list(
    @Caller() caller: Identity,
    @Query({ schema: requestsQuery }) query: RequestsQuery,
  ): Promise<Page<RequestRow>> {
    return this.service.list(caller, query);
  }

  @Get('api/requests/:generation_id')
  @Answers(requestDetail)
  get(
    @Caller() caller: Identity,
    @Param('generation_id', { schema: generationId }) id: string,
  ): Promise<RequestDetail> {
    return this.service.get(caller, id);
  }

  @Put('user/api/usage/:usage_id/note')
  @Answers(noteBody)
  putNote(
    @Caller() caller: Identity,
    @Param('usage_id', { schema: generationId }) id: string,
    @Body({ schema: noteBody }) body: z.infer<typeof noteBody>,
  ): Promise<{ note: string }> {
    return this.service.putNote(caller, id, body.note);
  }

  @Delete('user/api/usage/:usage_id/note')
  @Answers(null, 204)
  async deleteNote(
    @Caller() caller: Identity,
    @Param('usage_id', { schema: generationId }) id: string,
  ): Promise<void> {
    await this.service.putNote(caller, id, '');
  }
}
