import { runMigrations } from 'bullmq';
import pg from 'pg';
import { APPLICATION_ROLE } from '../database/index.js';
import { QUEUE_SCHEMA } from './connection.js';

/**
 * Brings BullMQ's schema to the newest version and lets the application role use it. Part of the migrate step, after
 * the product's own migrations (which make the role): on an unmigrated schema a worker would loop until out of
 * memory. Repeating it is harmless; two at once wait for each other.
 */
export async function migrateQueues(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
    await client.query(`
      GRANT USAGE ON SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};`);
  } finally {
    await client.end();
  }
}
