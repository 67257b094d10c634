import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What routing by policy needs: an account's own wishes, and what is known of an endpoint's carbon. */
export class Routing1700000000004 implements MigrationInterface {
  name = 'Routing1700000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE account ADD COLUMN routing jsonb;
      GRANT UPDATE (routing) ON account TO weir_app;
      CREATE CONSTRAINT TRIGGER account_routing_config AFTER UPDATE OF routing ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.routing IS DISTINCT FROM NEW.routing) EXECUTE FUNCTION config_changed();
      -- Grams of CO2e per 1,000 tokens; NULL = unknown.
      ALTER TABLE endpoint ADD COLUMN carbon_grams_per_1k double precision CHECK (carbon_grams_per_1k >= 0);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE endpoint DROP COLUMN carbon_grams_per_1k;
      DROP TRIGGER account_routing_config ON account;
      ALTER TABLE account DROP COLUMN routing;
    `);
  }
}
