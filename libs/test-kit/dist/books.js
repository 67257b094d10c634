import pg from 'pg';
import { verifyLedger } from '@weir/data';
/** Names of the ledger checks that found a discrepancy; empty = the books balance. */
export async function verifyBooks(databaseUrl) {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    try {
        const checks = await verifyLedger(pool);
        return checks.filter((check) => !check.ok).map((check) => check.name);
    }
    finally {
        await pool.end();
    }
}
//# sourceMappingURL=books.js.map