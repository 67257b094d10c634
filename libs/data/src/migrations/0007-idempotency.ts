import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which request a client's Idempotency-Key stands for, for 24 h. Name and body are keyed digests: a prompt is never
 * stored. The outcome is the row of `request`; there is none while it runs.
 */
export class Idempotency1700000000007 implements MigrationInterface {
  name = 'Idempotency1700000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLE);
  }

  async down(): Promise<void> {
    throw new Error(
      'Forgetting which requests were made would repeat them: restore a backup instead.',
    );
  }
}

const TABLE = `
CREATE TABLE idempotency (
  key uuid NOT NULL, name bytea NOT NULL, body bytea NOT NULL, request uuid NOT NULL, epoch uuid NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (key, name));
CREATE INDEX idempotency_age ON idempotency (claimed_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO weir_app;
`;
