import { randomBytes, randomUUID } from 'node:crypto';
import type { SettleRow } from '@weir/contracts';
import { MoneyFunctions } from '@weir/data';
import type pg from 'pg';

/** What a test says about a request; the rest is usual. */
export type SettledInput = Partial<SettleRow> & { readonly account: string; readonly key: string };

/** A UUIDv7 of an instant. */
function uuidV7(atMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(atMs, 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Settles requests as the worker does: by the database's own function, without a gateway. */
export class Settlements {
  private readonly epoch = randomUUID();
  private batch = 0n;
  private opened = false;

  constructor(private readonly sql: pg.Pool) {}

  /** Settles the rows in one transaction and notifies, as the worker does. Answers their ids. */
  async settle(...inputs: SettledInput[]): Promise<string[]> {
    const money = new MoneyFunctions(this.sql);
    if (!this.opened)
      await money.epochOpen({ id: this.epoch, journal: randomUUID(), slot: '0', host: 'test' });
    this.opened = true;
    this.batch += 1n;
    const rows = inputs.map((input) => this.row(input));
    const outcome = await money.settle([[this.epoch, this.batch]], rows);
    await this.sql.query(`SELECT pg_notify('weir_live', $1)`, [
      JSON.stringify({ a: outcome.accounts }),
    ]);
    return rows.map((row) => row.id);
  }

  private row(input: SettledInput): SettleRow {
    const acceptedAt = input.accepted_at ?? new Date().toISOString();
    const atMs = Date.parse(acceptedAt);
    return {
      id: uuidV7(atMs),
      epoch: this.epoch,
      accepted_at: acceptedAt,
      first_byte_at: new Date(atMs + 100).toISOString(),
      completed_at: new Date(atMs + 1_100).toISOString(),
      endpoint: '/v1/chat/completions',
      dialect: 'openai',
      streamed: true,
      requested_model: 'sandbox/chat-small',
      model: 'sandbox/chat-small',
      reported_model: 'sandbox-small',
      provider: 'sandbox',
      endpoint_id: null,
      region: 'local',
      template: null,
      mode: 'native',
      parent: null,
      http_status: 200,
      status: 'ok',
      finish_reason: 'stop',
      input_tokens: 100,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      output_tokens: 50,
      reasoning_tokens: 0,
      source: 'reported',
      tokens: '150',
      cost_nano: '45000',
      absorbed_nano: '0',
      exposure_nano: '0',
      price_version: null,
      template_factor: 10_000,
      server_factor: 10_000,
      latency_ms: 100,
      duration_ms: 1_100,
      attempts: 1,
      trace: null,
      client_ip: '203.0.113.7',
      user_agent: 'test',
      correlation_id: null,
      holds: ['0', '0', '0', '0', '0', '0', '0'],
      ...input,
    };
  }
}
