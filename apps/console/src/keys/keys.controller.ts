import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createdKey,
  createKeyBody,
  keyView,
  page,
  paging,
  rotateKeyBody,
  updateKeyBody,
  type CreatedKey,
  type CreateKeyBody,
  type KeyView,
  type Page,
  type RotateKeyBody,
  type UpdateKeyBody,
} from '@weir/contracts';
import { Access, Caller, ClientIp, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { KeysService } from './keys.service.js';

const listQuery = z.strictObject(paging);
const keyPage = page(keyView);

@Controller('api/keys')
@Access('user')
export class KeysController {
  constructor(private readonly service: KeysService) {}

  @Get()
  @Answers(keyPage)
  list(
    @Caller() caller: Identity,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
  ): Promise<Page<KeyView>> {
    return this.service.list(caller, query);
  }

  @Post()
  @Answers(createdKey, 201)
  create(
    @Caller() caller: Identity,
    @Body({ schema: createKeyBody }) body: CreateKeyBody,
    @ClientIp() ip: string,
  ): Promise<CreatedKey> {
    return this.service.create(caller, body, ip);
  }

  @Get(':id')
  @Answers(keyView)
  get(@Caller() caller: Identity, @Param('id', { schema: z.uuid() }) id: string): Promise<KeyView> {
    return this.service.get(caller, id);
  }

  @Patch(':id')
  @Answers(keyView)
  update(
    @Caller() caller: Identity,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: updateKeyBody }) body: UpdateKeyBody,
    @ClientIp() ip: string,
  ): Promise<KeyView> {
    return this.service.update(caller, id, body, ip);
  }

  @Post(':id/rotate')
  @Answers(createdKey, 201)
  rotate(
    @Caller() caller: Identity,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: rotateKeyBody.default({ grace_seconds: 0 }) }) body: RotateKeyBody,
    @ClientIp() ip: string,
  ): Promise<CreatedKey> {
    return this.service.rotate(caller, id, body, ip);
  }

  @Post(':id/revoke')
  @Answers(keyView)
  revoke(
    @Caller() caller: Identity,
    @Param('id', { schema: z.uuid() }) id: string,
    @ClientIp() ip: string,
  ): Promise<KeyView> {
    return this.service.revoke(caller, id, ip);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(
    @Caller() caller: Identity,
    @Param('id', { schema: z.uuid() }) id: string,
    @ClientIp() ip: string,
  ): Promise<void> {
    return this.service.remove(caller, id, ip);
  }
}
