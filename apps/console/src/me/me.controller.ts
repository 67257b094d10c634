import { Body, Controller, Get, Patch } from '@nestjs/common';
import { me, updateMeBody, type Me, type UpdateMeBody } from '@weir/contracts';
import { Access, BeforePasswordChange, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { MeService } from './me.service.js';

@Controller('api/me')
@Access('user')
export class MeController {
  constructor(private readonly service: MeService) {}

  @Get()
  @BeforePasswordChange()
  @Answers(me)
  get(@Caller() caller: Identity): Promise<Me> {
    return this.service.get(caller);
  }

  @Patch()
  @Answers(me)
  update(
    @Caller() caller: Identity,
    @Body({ schema: updateMeBody }) body: UpdateMeBody,
  ): Promise<Me> {
    return this.service.update(caller, body);
  }
}
