import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { runMigrations } from '@weir/data';
import { migrateQueues } from '@weir/platform';
import { testServerUrl } from './server.js';
const TEMPLATE = 'weir_template';
/** Any fixed number: serialises the making of the template among the run's workers. */
const TEMPLATE_LOCK = 7_301_955;
/** Makes a database from the run's template: everything migrated, BullMQ's schema included, no data but the migrations'. */
export async function startTestDatabase() {
    const serverUrl = await testServerUrl();
    await ensureTemplate(serverUrl);
    const name = `weir_${randomBytes(6).toString('hex')}`;
    await onServer(serverUrl, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`));
    return {
        url: databaseUrl(serverUrl, name),
        drop: () => onServer(serverUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
    };
}
async function ensureTemplate(serverUrl) {
    await onServer(serverUrl, async (admin) => {
        await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
        const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [
            TEMPLATE,
        ]);
        if (rowCount)
            return;
        // Made under another name and renamed when complete, so that a half-made template is never used.
        const unfinished = `${TEMPLATE}_${randomBytes(4).toString('hex')}`;
        await admin.query(`CREATE DATABASE ${unfinished}`);
        await runMigrations(databaseUrl(serverUrl, unfinished));
        await migrateQueues(databaseUrl(serverUrl, unfinished));
        await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`);
    });
}
function databaseUrl(serverUrl, name) {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
}
async function onServer(serverUrl, work) {
    const admin = new pg.Client({ connectionString: serverUrl });
    await admin.connect();
    try {
        await work(admin);
    }
    finally {
        await admin.end();
    }
}
//# sourceMappingURL=database.js.map