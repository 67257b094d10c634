/** One request as an export tells it. Times are ISO-8601, money is decimal text in the ledger currency. */
export interface UsageRecord {
  readonly timestamp_utc: string;
  /** Wall clock in the reader's zone, without an offset. */
  readonly timestamp_local: string;
  readonly generation_id: string;
  readonly request_id: string | null;
  readonly endpoint: string;
  readonly model: string;
  readonly provider: string | null;
  readonly region: string | null;
  readonly key_name: string | null;
  readonly key_prefix: string | null;
  readonly user: string | null;
  readonly template: string | null;
  readonly mode: string;
  /** HTTP status. */
  readonly status: number;
  /** The error's code; null = success. */
  readonly error_type: string | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_5m_tokens: number | null;
  readonly cache_write_1h_tokens: number | null;
  readonly total_tokens: number | null;
  readonly cost: string;
  readonly currency: string;
  /** What the provider bills, where it is known apart from the cost; else null. */
  readonly upstream_cost: string | null;
  /** Factor of effective tokens: template × server. */
  readonly cost_factor: string;
  readonly price_version: string | null;
  readonly ttft_ms: number | null;
  readonly duration_ms: number | null;
  readonly streamed: boolean;
  /** Whether any of the prompt came from the provider's cache. */
  readonly cached: boolean;
  readonly carbon_g: number | null;
  readonly energy_wh: number | null;
  readonly carbon_method: string | null;
  readonly note: string | null;
}

/** Whether a column holds free text that a spreadsheet might take for a formula. */
type Kind = 'text' | 'value';

/** The columns in their order, and what is in them. */
export const USAGE_COLUMNS: readonly (readonly [keyof UsageRecord, Kind])[] = [
  ['timestamp_utc', 'value'],
  ['timestamp_local', 'value'],
  ['generation_id', 'value'],
  ['request_id', 'text'],
  ['endpoint', 'text'],
  ['model', 'text'],
  ['provider', 'text'],
  ['region', 'text'],
  ['key_name', 'text'],
  ['key_prefix', 'text'],
  ['user', 'text'],
  ['template', 'text'],
  ['mode', 'text'],
  ['status', 'value'],
  ['error_type', 'text'],
  ['prompt_tokens', 'value'],
  ['completion_tokens', 'value'],
  ['reasoning_tokens', 'value'],
  ['cache_read_tokens', 'value'],
  ['cache_write_5m_tokens', 'value'],
  ['cache_write_1h_tokens', 'value'],
  ['total_tokens', 'value'],
  ['cost', 'value'],
  ['currency', 'value'],
  ['upstream_cost', 'value'],
  ['cost_factor', 'value'],
  ['price_version', 'value'],
  ['ttft_ms', 'value'],
  ['duration_ms', 'value'],
  ['streamed', 'value'],
  ['cached', 'value'],
  ['carbon_g', 'value'],
  ['energy_wh', 'value'],
  ['carbon_method', 'text'],
  ['note', 'text'],
];
