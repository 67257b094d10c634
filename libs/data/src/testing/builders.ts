import { randomUUID } from 'node:crypto';
import type { SettleRow } from '@weir/contracts';
import type { AllowanceKind, AllowanceRef } from '../money/money-types.js';
import type { MoneyDatabase } from './test-database.js';

/** An account with a key. */
export interface Payer {
  readonly account: string;
  readonly key: string;
}

/** Makes an account with `creditNano` granted and one key. */
export async function makePayer(database: MoneyDatabase, creditNano: bigint): Promise<Payer> {
  const account = randomUUID();
  const key = randomUUID();
  await database.money.accountCreate(account, 'Test account');
  await database.owner.query(
    `INSERT INTO api_key (id, account, label, prefix, last4, digest) VALUES ($1, $2, 'Test key', 'weir-sk-abcdefgh', 'wxyz', $3)`,
    [key, account, key],
  );
  if (creditNano > 0n) {
    await database.money.credit({
      account,
      amountNano: creditNano,
      what: 'grant',
      ref: randomUUID(),
    });
  }
  return { account, key };
}

/** Opens an epoch with a journal of its own. */
export async function makeEpoch(database: MoneyDatabase): Promise<string> {
  const id = randomUUID();
  await database.money.epochOpen({ id, journal: randomUUID(), slot: '0', host: 'test' });
  return id;
}

/** The instant of all test requests unless said otherwise. */
export const NOON = new Date().toISOString().slice(0, 11) + '12:00:00.000Z';

/** The allowance of a kind that a request of this payer, accepted at `at`, falls into. */
export function allowance(payer: Payer, kind: AllowanceKind, at = NOON): AllowanceRef {
  const day = at.slice(0, 10);
  const period =
    kind === 1 || kind === 5
      ? day
      : kind === 2 || kind === 6
        ? `${day.slice(0, 7)}-01`
        : '1970-01-01';
  return { owner: kind < 4 ? payer.account : payer.key, kind, period };
}

/** A take of exactly `amount`, by a gateway that knows `known` as granted. */
export function item(
  ref: AllowanceRef,
  amount: bigint,
  known = 0n,
): AllowanceRef & { need: bigint; want: bigint; known: bigint } {
  return { ...ref, need: amount, want: amount, known };
}

/** A settled request: what it cost, what was held, and any other column. */
export function row(
  payer: Payer,
  epoch: string,
  figures: {
    costNano?: bigint;
    tokens?: bigint;
    holds?: readonly bigint[];
    over?: Partial<SettleRow>;
  },
): SettleRow {
  const { costNano = 0n, tokens = 0n, holds = [], over = {} } = figures;
  return {
    id: randomUUID(),
    account: payer.account,
    key: payer.key,
    epoch,
    accepted_at: NOON,
    first_byte_at: NOON,
    completed_at: NOON,
    endpoint: '/v1/chat/completions',
    dialect: 'openai',
    streamed: false,
    requested_model: 'sandbox/small',
    model: 'sandbox/small',
    reported_model: null,
    provider: 'sandbox',
    endpoint_id: null,
    region: null,
    template: null,
    mode: 'native',
    parent: null,
    http_status: 200,
    status: 'ok',
    finish_reason: 'stop',
    input_tokens: 10,
    cache_read_tokens: 2,
    cache_write_5m_tokens: null,
    cache_write_1h_tokens: null,
    output_tokens: 20,
    reasoning_tokens: null,
    source: 'reported',
    tokens: tokens.toString(),
    cost_nano: costNano.toString(),
    absorbed_nano: '0',
    exposure_nano: '0',
    price_version: '1',
    template_factor: 10000,
    server_factor: 10000,
    latency_ms: 5,
    duration_ms: 9,
    attempts: 1,
    trace: { policy: 'balanced', considered: [], attempts: [] },
    client_ip: '192.0.2.7',
    user_agent: 'test',
    correlation_id: null,
    holds: Array.from({ length: 7 }, (_, kind) => (holds[kind] ?? 0n).toString()),
    ...over,
  };
}

/** Names of the checks that fail, for an assertion that says which. */
export function failing(findings: readonly { name: string; ok: boolean }[]): string[] {
  return findings.filter((finding) => !finding.ok).map((finding) => finding.name);
}
