import { Module } from '@nestjs/common';
import { StaticController } from './static.controller.js';

/** Imported last: its wildcard takes what no other route does. */
@Module({ controllers: [StaticController] })
export class StaticModule {}
