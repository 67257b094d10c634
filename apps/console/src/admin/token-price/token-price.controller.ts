import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { page, paging, tokenPriceBody, tokenPriceView, type Page } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminTokenPriceService } from './token-price.service.js';

const listQuery = z.strictObject(paging);
type View = z.infer<typeof tokenPriceView>;
type TokenPriceBody = z.infer<typeof tokenPriceBody>;

@Controller('api/admin/token-price')
@Access('admin')
export class AdminTokenPriceController {
  constructor(private readonly service: AdminTokenPriceService) {}

  @Get()
  @Answers(page(tokenPriceView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(tokenPriceView, 201)
  add(
    @Acting() actor: Actor,
    @Body({ schema: tokenPriceBody }) body: TokenPriceBody,
  ): Promise<View> {
    return this.service.add(actor, body);
  }

  @Put()
  @Answers(tokenPriceView)
  replace(
    @Acting() actor: Actor,
    @Body({ schema: tokenPriceBody }) body: TokenPriceBody,
  ): Promise<View> {
    return this.service.add(actor, body);
  }
}
