import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ACCOUNT_FUNCTIONS } from './functions/accounts.js';
import { LEASE_FUNCTIONS } from './functions/leases.js';
import { MAINTENANCE_FUNCTIONS } from './functions/maintenance.js';
import { SETTLEMENT_FUNCTIONS } from './functions/settlement.js';
import { VIEW_FUNCTIONS } from './functions/views.js';

/** Every function that the application role may call; all others are internal to these. */
const CALLABLE = [
  'nano_text', 'iso_text', 'period_of', 'balance_json', 'budget_json', 'prompt_tokens', 'request_json', 'config_seq',
  'epoch_open', 'beat', 'lease_take', 'lease_return', 'lease_list', 'epoch_close', 'epoch_declare_lost', 'sweep_tick',
  'settle', 'settled', 'settlement_fail',
  'account_create', 'live_append', 'notification_create', 'credit', 'set_limit', 'set_budget_type', 'audit_append', 'audit_digest',
  'retention_tick',
]; // prettier-ignore

const SOURCES = [
  VIEW_FUNCTIONS,
  LEASE_FUNCTIONS,
  ACCOUNT_FUNCTIONS,
  SETTLEMENT_FUNCTIONS,
  MAINTENANCE_FUNCTIONS,
];

/**
 * The functions that alone may write money. They run with the rights of the owner (SECURITY DEFINER, fixed
 * search_path); PostgreSQL grants EXECUTE to everyone by default, so it is taken away from all of them first.
 */
export class MoneyFunctions1700000000002 implements MigrationInterface {
  name = 'MoneyFunctions1700000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const source of SOURCES) {
      await queryRunner.query(source);
      for (const [, name] of source.matchAll(/CREATE FUNCTION (\w+)/g)) {
        await queryRunner.query(`REVOKE EXECUTE ON FUNCTION ${String(name)} FROM PUBLIC`);
      }
    }
    for (const name of CALLABLE)
      await queryRunner.query(`GRANT EXECUTE ON FUNCTION ${name} TO weir_app`);
  }

  async down(): Promise<void> {
    throw new Error('Money functions cannot be undone: restore a backup instead.');
  }
}
