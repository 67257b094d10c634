import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  adminUser,
  budgetView,
  createUserBody,
  page,
  paging,
  setBudgetBody,
  updateUserBody,
  type AdminUser,
  type BudgetView,
  type CreateUserBody,
  type Page,
  type SetBudgetBody,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminUsersService } from './users.service.js';

const listQuery = z.strictObject({ ...paging, q: z.string().min(3).max(200).optional() });
const id = { schema: z.uuid() };
type UpdateUserBody = z.infer<typeof updateUserBody>;

@Controller('api/admin/users')
@Access('admin')
export class AdminUsersController {
  constructor(private readonly service: AdminUsersService) {}

  @Get()
  @Answers(page(adminUser))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<AdminUser>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(adminUser, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createUserBody }) body: CreateUserBody,
  ): Promise<AdminUser> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(adminUser)
  get(@Param('id', id) userId: string): Promise<AdminUser> {
    return this.service.get(userId);
  }

  @Patch(':id')
  @Answers(adminUser)
  update(
    @Acting() actor: Actor,
    @Param('id', id) userId: string,
    @Body({ schema: updateUserBody }) body: UpdateUserBody,
  ): Promise<AdminUser> {
    return this.service.update(actor, userId, body);
  }

  @Put(':id')
  @Answers(adminUser)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) userId: string,
    @Body({ schema: updateUserBody }) body: UpdateUserBody,
  ): Promise<AdminUser> {
    return this.service.update(actor, userId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) userId: string): Promise<void> {
    return this.service.remove(actor, userId);
  }

  @Get(':id/budget')
  @Answers(budgetView)
  budget(@Param('id', id) userId: string): Promise<BudgetView> {
    return this.service.budget(userId);
  }

  @Put(':id/budget')
  @Answers(budgetView)
  setBudget(
    @Acting() actor: Actor,
    @Param('id', id) userId: string,
    @Body({ schema: setBudgetBody }) body: SetBudgetBody,
  ): Promise<BudgetView> {
    return this.service.setBudget(actor, userId, body);
  }
}
