import { Module } from '@nestjs/common';
import { BudgetProcessor } from './budget.processor.js';

/** Queue `budget`: crossed thresholds become notifications. */
@Module({ providers: [BudgetProcessor] })
export class BudgetModule {}
