import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files of exports too long to wait for. A worker writes them, gzipped, in pieces; they stand in the database and
 * not on a disk because worker and console need not share one. Each lives an hour from when it is ready.
 */
export class Exports1700000000006 implements MigrationInterface {
  name = 'Exports1700000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query(RETENTION);
  }

  async down(): Promise<void> {
    throw new Error('Files may already stand here: restore a backup instead.');
  }
}

const TABLES = `
CREATE TABLE export_file (
  id uuid PRIMARY KEY, account uuid NOT NULL REFERENCES account, owner uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
  format text NOT NULL, file_name text NOT NULL, scope jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ready', 'failed')),
  rows bigint NOT NULL, rows_done bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz);
CREATE INDEX export_file_owner ON export_file (owner, created_at DESC);
CREATE TABLE export_piece (
  export uuid REFERENCES export_file ON DELETE CASCADE, n int, bytes bytea NOT NULL, PRIMARY KEY (export, n));
ALTER TABLE export_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, UPDATE, DELETE ON export_file, export_piece TO weir_app;
`;

/** As before, and the files of exports an hour after they were ready; those never finished, after a day. */
const RETENTION = `
ALTER FUNCTION retention_tick() RENAME TO retention_tick_before_exports;
CREATE FUNCTION retention_tick() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE files bigint;
BEGIN
  WITH gone AS (DELETE FROM export_file WHERE finished_at < now() - interval '1 hour' OR created_at < now() - interval '24 hours' RETURNING 1)
  SELECT count(*) INTO files FROM gone;
  RETURN retention_tick_before_exports() || jsonb_build_object('exports', files);
END $$;
REVOKE ALL ON FUNCTION retention_tick() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_tick() TO weir_app;
REVOKE ALL ON FUNCTION retention_tick_before_exports() FROM weir_app;
`;
