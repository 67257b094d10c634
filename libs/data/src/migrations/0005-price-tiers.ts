import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Prices of long prompts. A version without tiers has one price for all; with them, the tier with the largest
 * `above_tokens` below the prompt's tokens prices the whole request. Like a version, a tier is never changed.
 */
export class PriceTiers1700000000005 implements MigrationInterface {
  name = 'PriceTiers1700000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE price_tier (
  version bigint REFERENCES price ON DELETE CASCADE, above_tokens int CHECK (above_tokens > 0),
  input_nano bigint NOT NULL CHECK (input_nano >= 0), output_nano bigint NOT NULL CHECK (output_nano >= 0),
  cache_read_nano bigint CHECK (cache_read_nano >= 0), cache_write_5m_nano bigint CHECK (cache_write_5m_nano >= 0),
  cache_write_1h_nano bigint CHECK (cache_write_1h_nano >= 0),
  PRIMARY KEY (version, above_tokens));
GRANT SELECT, INSERT ON price_tier TO weir_app;
`);
  }

  async down(): Promise<void> {
    throw new Error('Prices may already have tiers: restore a backup instead.');
  }
}
