import type { SettleRow } from '@weir/contracts';
/** Builds money paths on a database of their own, with a worker that settles what they send. For tests alone. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MoneyFunctions, verifyLedger } from '@weir/data';
import { createPgPool, PgBus } from '@weir/platform';
import pg from 'pg';
import { RecoveryDatabase } from '../recovery/recovery-database.js';
import { settleDirectly } from '../settlement/settle-directly.js';
import type { SendJob } from '../settlement/settler.js';
import { AllowanceDatabase } from '../money/allowance-reads.js';
import { MoneyPath } from '../money/money-path.js';
import type {
  Admission,
  BeginRecord,
  EndRecord,
  Hold,
  HoldInput,
} from '../money/money-path.types.js';
import type { MoneyDeps } from '../money/money-runtime.js';

/** A migrated database; `url` is the owner's. */
export interface HarnessDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database, its money functions and folders for journals; ended by `stop`. */
export class MoneyHarness {
  readonly money: MoneyFunctions;
  readonly faults: string[] = [];
  private readonly buses: PgBus[] = [];
  private readonly paths: MoneyPath[] = [];
  private readonly folders: string[] = [];

  private constructor(
    readonly database: HarnessDatabase,
    readonly pool: pg.Pool,
  ) {
    this.money = new MoneyFunctions(pool);
  }

  /** On a migrated database of its own, dropped at the end. */
  static start(database: HarnessDatabase): MoneyHarness {
    const config = { databaseUrl: database.url, process: 'gateway' as const };
    return new MoneyHarness(database, createPgPool(config, { max: 10 }));
  }

  /** A fresh folder for journals. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'weir-journal-'));
    this.folders.push(folder);
    return folder;
  }

  /** An account with this balance (nano) and a key of its own. */
  async account(balanceNano: bigint): Promise<{ account: string; key: string }> {
    const account = randomUUID();
    await this.money.accountCreate(account, 'Test');
    if (balanceNano > 0n) {
      await this.money.credit({ account, amountNano: balanceNano, what: 'grant', ref: account });
    }
    return { account, key: randomUUID() };
  }

  /** A started money path; its jobs are settled at once unless `send` says otherwise. */
  async path(journalRoot: string, deps: Partial<MoneyDeps> = {}): Promise<MoneyPath> {
    const bus = new PgBus({ databaseUrl: this.database.url, process: 'gateway' });
    this.buses.push(bus);
    await bus.start();
    const recoveryReads = new RecoveryDatabase(this.pool);
    const allowanceReads = new AllowanceDatabase(this.pool);
    const path = new MoneyPath({
      money: this.money,
      reads: {
        settledRequests: (ids) => recoveryReads.settledRequests(ids),
        openEpochs: (ids) => recoveryReads.openEpochs(ids),
        availableNano: (account) => allowanceReads.availableNano(account),
      },
      bus,
      send: this.settleAtOnce,
      journalRoot,
      journalSync: 'batch',
      host: 'test',
      failpoint: () => undefined,
      onFault: (cause, what) => this.faults.push(`${what}: ${String(cause)}`),
      onRecovered: () => undefined,
      ...deps,
      limits: { settlement: { askMs: 20 }, journal: { ballastBytes: 4096 }, ...deps.limits },
    });
    this.paths.push(path);
    await path.start();
    return path;
  }

  /** What a worker does with a job. */
  readonly settleAtOnce: SendJob = async (job) => {
    const rows = job.rows.map((text) => JSON.parse(text) as SettleRow);
    await settleDirectly(this.money, job.batches, rows);
  };

  /** One figure of an allowance. */
  async allowance(owner: string, kind = 0): Promise<{ used: bigint; leased: bigint }> {
    const { rows } = await this.pool.query<{ used: string; leased: string }>(
      `SELECT coalesce(sum(used), 0)::text AS used, coalesce(sum(leased), 0)::text AS leased
       FROM allowance WHERE owner = $1 AND kind = $2`,
      [owner, kind],
    );
    return { used: BigInt(rows[0]?.used ?? 0), leased: BigInt(rows[0]?.leased ?? 0) };
  }

  /** Rows of an account's requests. */
  async requests(account: string): Promise<Record<string, string>[]> {
    const { rows } = await this.pool.query<Record<string, string>>(
      `SELECT id, status, source, cost_nano::text AS cost, tokens::text AS tokens, absorbed_nano::text AS absorbed,
         exposure_nano::text AS exposure FROM request WHERE account = $1 ORDER BY id`,
      [account],
    );
    return rows;
  }

  /** Names of the ledger checks that found a discrepancy. */
  async discrepancies(): Promise<string[]> {
    const owner = new pg.Pool({ connectionString: this.database.url, max: 1 });
    try {
      const checks = await verifyLedger(owner);
      return checks.filter((check) => !check.ok).map((check) => check.name);
    } finally {
      await owner.end();
    }
  }

  async stop(): Promise<void> {
    for (const path of this.paths) await path.shutdown();
    for (const bus of this.buses) await bus.close();
    await this.pool.end();
    await this.database.drop();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** The same functions with some of them replaced. */
export function substitute(
  money: MoneyFunctions,
  replace: (name: string, call: (...args: unknown[]) => Promise<unknown>) => typeof call,
): MoneyFunctions {
  return new Proxy(money, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = (...args: unknown[]): Promise<unknown> =>
        Promise.resolve<unknown>(Reflect.apply(value, target, args));
      return typeof name === 'string' ? replace(name, call) : call;
    },
  });
}

/** What a request of this cost holds; kind 0 alone unless said otherwise. */
export function holdOf(
  owner: { account: string; key: string },
  costNano: bigint,
  more: { cappedKinds?: number; tokens?: bigint } = {},
): HoldInput {
  return { ...owner, cappedKinds: more.cappedKinds ?? 1, costNano, tokens: more.tokens ?? 0n };
}

/** A plausible `begin`. Output costs 1 nano a token. */
export function beginRecord(): BeginRecord {
  return {
    endpoint: '/v1/chat/completions',
    dialect: 'openai',
    streamed: true,
    requestedModel: 'sandbox/echo',
    model: 'sandbox/echo',
    template: null,
    mode: 'native',
    parent: null,
    templateFactor: 10_000,
    clientIp: '127.0.0.1',
    userAgent: 'test "agent" \u00e9',
    correlationId: null,
    inputTokensBound: 10,
    candidates: [
      {
        endpointId: '00000000-0000-4000-8000-000000000001',
        provider: 'sandbox',
        region: null,
        priceVersion: '1',
        price: {
          input: '0',
          cacheRead: '0',
          cacheWrite5m: '0',
          cacheWrite1h: '0',
          output: '1000000',
          request: '0',
        },
        serverFactor: 10_000,
      },
    ],
  };
}

/** A plausible `end` of this cost. */
export function endRecord(costNano: bigint, tokens = 0n): EndRecord {
  return {
    costNano,
    tokens,
    surplusNano: 0n,
    row: {
      first_byte_at: null,
      completed_at: new Date().toISOString(),
      reported_model: 'echo',
      provider: 'sandbox',
      endpoint_id: '00000000-0000-4000-8000-000000000001',
      region: null,
      http_status: 200,
      status: 'ok',
      finish_reason: 'stop',
      input_tokens: 10,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      output_tokens: 5,
      reasoning_tokens: 0,
      source: 'reported',
      price_version: '1',
      server_factor: 10_000,
      latency_ms: 12,
      duration_ms: 30,
      attempts: 1,
      trace: { policy: 'balanced' },
    },
  };
}

/** Admits and begins a request of this cost; throws when it is refused. */
export async function begun(path: MoneyPath, input: HoldInput): Promise<Hold> {
  const admission = await path.admit(input);
  if (!admission.admitted) throw new Error(admission.refusal.code);
  if (!(await path.begin(admission.hold, beginRecord()))) throw new Error('void');
  return admission.hold;
}

/** Admits, begins and ends one request of this cost. Whether it was served. */
export async function serve(path: MoneyPath, input: HoldInput): Promise<boolean> {
  const admission: Admission = await path.admit(input);
  if (!admission.admitted) return false;
  if (!(await path.begin(admission.hold, beginRecord()))) return false;
  await path.end(admission.hold, endRecord(input.costNano, input.tokens));
  return true;
}
