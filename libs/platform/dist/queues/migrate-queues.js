import { runMigrations } from 'bullmq';
import pg from 'pg';
import { APPLICATION_ROLE } from '../database/index.js';
import { QUEUE_SCHEMA } from './connection.js';
/** Any number of our own. */
const MIGRATION_LOCK = 1_464_158_546;
/**
 * Brings BullMQ's schema to the newest version and lets the application role use it. Part of the migrate step, after
 * the product's own migrations (which make the role): on an unmigrated schema a worker would loop until out of
 * memory. Repeating it is harmless; two at once wait for each other.
 */
export async function migrateQueues(ownerUrl) {
    const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
        // GRANT does not wait for another GRANT, it fails: so one migrator at a time. The lock ends with the session.
        await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
        await runMigrations(client, QUEUE_SCHEMA);
        // CREATE: BullMQ makes a sequence when a queue gets its first job.
        await client.query(`
      GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};
      GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE};`);
    }
    finally {
        await client.end();
    }
}
//# sourceMappingURL=migrate-queues.js.map