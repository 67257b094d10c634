import pg from 'pg';

/**
 * The independent judge of the money path: its own SQL over the tables and its own arithmetic, sharing no
 * code with the applications. It joins what clients saw, what the sandbox says it really produced, and what
 * PostgreSQL holds.
 */

/** What the driver knows of one call. */
export interface Seen {
  /** Our correlation id, sent as x-request-id and passed on to the sandbox. */
  readonly requestId: string;
  readonly key: string;
  /** Whether the client received the whole answer, its final byte included. */
  readonly complete: boolean;
  readonly status: number | null;
}

/** What the sandbox produced for one call. */
export interface Produced {
  readonly id: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly status: number;
}

/** Nano per million tokens. */
export interface OraclePrice {
  readonly inputNano: bigint;
  readonly outputNano: bigint;
}

/** Each text is a broken promise; none = all held. */
export async function judge(input: {
  databaseUrl: string;
  seen: readonly Seen[];
  produced: readonly Produced[];
  price: OraclePrice;
}): Promise<string[]> {
  const client = new pg.Client({ connectionString: input.databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const broken = await booksBalance(client);
    const rows = await client.query<{
      correlation_id: string;
      cost_nano: string;
      status: string;
      source: string;
      exposure_nano: string;
    }>(
      'SELECT correlation_id, cost_nano, status, source, exposure_nano FROM request WHERE correlation_id IS NOT NULL',
    );
    const rowsById = new Map<string, (typeof rows.rows)[number][]>();
    for (const row of rows.rows)
      rowsById.set(row.correlation_id, [...(rowsById.get(row.correlation_id) ?? []), row]);
    const producedById = new Map(input.produced.map((entry) => [entry.id, entry]));

    for (const seen of input.seen) {
      const mine = rowsById.get(seen.requestId) ?? [];
      const made = producedById.get(seen.requestId);
      if (mine.length > 1) broken.push(`I3 ${seen.requestId} has ${mine.length} rows`);
      const row = mine[0];
      if (seen.complete && seen.status === 200) {
        if (!row) broken.push(`I4 ${seen.requestId} was seen to end, no row`);
        else if (!made)
          broken.push(`I5 ${seen.requestId} was answered, the sandbox knows nothing of it`);
        else if (BigInt(row.cost_nano) !== cost(made, input.price)) {
          broken.push(
            `I4 ${seen.requestId} cost ${row.cost_nano}, the sandbox produced ${String(cost(made, input.price))}`,
          );
        }
      }
      if (row && !made && row.cost_nano !== '0')
        broken.push(
          `I5 ${seen.requestId} was charged ${row.cost_nano}, never reached the provider`,
        );
      if (
        row &&
        made &&
        BigInt(row.cost_nano) > cost(made, input.price) &&
        row.source === 'reported'
      ) {
        broken.push(`I4 ${seen.requestId} was charged more than was produced`);
      }
    }
    return broken;
  } finally {
    await client.end();
  }
}

const MILLION = 1_000_000n;
const line = (tokens: number, priceNano: bigint) =>
  (BigInt(tokens) * priceNano * 2n + MILLION) / (2n * MILLION);
const cost = (made: Produced, price: OraclePrice) =>
  line(made.promptTokens, price.inputNano) + line(made.outputTokens, price.outputNano);

const BOOKS: readonly [string, string][] = [
  [
    'I1 balance is not the sum of the ledger',
    `SELECT a.owner FROM allowance a WHERE a.kind = 0 AND a.cap - a.used <> (SELECT coalesce(sum(amount_nano), 0) FROM ledger_entry WHERE account = a.owner)`,
  ],
  [
    'I1 ledger has a gap',
    `SELECT account FROM ledger_entry GROUP BY account HAVING max(seq) <> count(*)`,
  ],
  [
    'I2 leased is not the sum of open leases',
    `SELECT a.owner, a.kind FROM allowance a WHERE a.leased <> (SELECT coalesce(sum(granted - returned - consumed - released), 0) FROM lease l WHERE (l.owner, l.kind, l.period) = (a.owner, a.kind, a.period))`,
  ],
  [
    'I2 spent above the cap',
    `SELECT owner, kind FROM allowance WHERE cap IS NOT NULL AND used > cap + over`,
  ],
  [
    'I3 usage entries differ from costed requests',
    `SELECT 1 FROM (SELECT count(*) n, coalesce(sum(cost_nano), 0) s FROM request WHERE cost_nano > 0) r, (SELECT count(*) n, coalesce(-sum(amount_nano), 0) s FROM ledger_entry WHERE what = 'usage') e WHERE (r.n, r.s) <> (e.n, e.s)`,
  ],
  [
    'I6 rollups differ from rows',
    `SELECT 1 FROM (SELECT coalesce(sum(cost_nano), 0) s FROM request) r, (SELECT coalesce(sum(cost_nano), 0) s FROM usage_rollup) u WHERE r.s <> u.s`,
  ],
  ['I7 a settlement failed', `SELECT request FROM settlement_failed`],
  [
    'I9 live events have a gap',
    `SELECT account FROM live_event GROUP BY account HAVING max(seq) - min(seq) + 1 <> count(*)`,
  ],
  [
    'a lease held less than was settled from it, or a request came back with another cost',
    `SELECT id FROM settlement_exception WHERE what IN ('short', 'conflict')`,
  ],
];

async function booksBalance(client: pg.Client): Promise<string[]> {
  const broken: string[] = [];
  for (const [promise, sql] of BOOKS) {
    const { rowCount } = await client.query(sql);
    if (rowCount) broken.push(`${promise} (${rowCount} rows)`);
  }
  return broken;
}
