import { settleRowSchema, HOLD_KINDS } from '@weir/contracts';
import { z } from 'zod';

/**
 * Journal records as read back. A journal is our own file, yet it outlives versions of this code and may lie
 * on a bad disk: whatever does not fit is reported and kept, never guessed.
 */
const integerText = z.string().regex(/^-?\d{1,19}$/);
const holds = z.array(integerText).length(HOLD_KINDS);
const tokens = z.number().int().nonnegative();

const classPrices = {
  input: integerText,
  cacheRead: integerText,
  cacheWrite5m: integerText,
  cacheWrite1h: integerText,
  output: integerText,
};

const candidate = z.object({
  endpointId: z.string(),
  provider: z.string(),
  region: z.string().nullable(),
  priceVersion: z.string(),
  price: z.object({
    ...classPrices,
    request: integerText,
    tiers: z.array(z.object({ above: z.number().int().positive(), ...classPrices })).optional(),
  }),
  serverFactor: z.number(),
});

const openRecord = z.object({
  t: z.literal('open'),
  v: z.literal(1),
  journal: z.uuid(),
  epoch: z.uuid(),
  n: z.number().int(),
});

const beginRecord = z.object({
  t: z.literal('begin'),
  id: z.uuid(),
  account: z.uuid(),
  key: z.uuid(),
  epoch: z.uuid(),
  at: z.number().int(),
  holds,
  endpoint: z.string(),
  dialect: z.string(),
  streamed: z.boolean(),
  requestedModel: z.string(),
  model: z.string(),
  template: z.string().nullable(),
  mode: z.string(),
  parent: z.uuid().nullable(),
  templateFactor: z.number(),
  clientIp: z.string().nullable(),
  userAgent: z.string().nullable(),
  correlationId: z.string().nullable(),
  inputTokensBound: z.number(),
  candidates: z.array(candidate).min(1),
  candidateModels: z.array(z.string()).optional(),
});
export type BeginEntry = z.infer<typeof beginRecord>;

const attemptRecord = z.object({
  t: z.literal('attempt'),
  id: z.uuid(),
  candidate: z.number().int().nonnegative(),
});

const progressRecord = z.object({
  t: z.literal('progress'),
  id: z.uuid(),
  usage: z.object({
    input: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    output: tokens,
    reasoning: tokens,
  }),
  holds,
});
export type ProgressEntry = z.infer<typeof progressRecord>;

const voidRecord = z.object({ t: z.literal('void'), id: z.uuid() });

/** The part of a settlement row that is known only at the end. */
const endRow = settleRowSchema
  .omit({
    id: true,
    account: true,
    key: true,
    epoch: true,
    accepted_at: true,
    tokens: true,
    cost_nano: true,
    absorbed_nano: true,
    exposure_nano: true,
    holds: true,
    endpoint: true,
    dialect: true,
    streamed: true,
    requested_model: true,
    model: true,
    template: true,
    mode: true,
    parent: true,
    template_factor: true,
    client_ip: true,
    user_agent: true,
    correlation_id: true,
  })
  .extend({ model: z.string().max(300).optional() });

const endRecord = z.object({
  t: z.literal('end'),
  id: z.uuid(),
  cost: integerText,
  absorbed: integerText,
  tokens: integerText,
  holds,
  row: endRow,
});
export type EndEntry = z.infer<typeof endRecord>;

const journalRecord = z.discriminatedUnion('t', [
  openRecord,
  beginRecord,
  attemptRecord,
  progressRecord,
  voidRecord,
  endRecord,
]);
export type JournalRecord = z.infer<typeof journalRecord>;

/** One record, or null when its text is not one. */
export function parseRecord(text: string): JournalRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Sound bytes with a wrong text: written by another version, or by a bug. Reported by the caller.
    return null;
  }
  const parsed = journalRecord.safeParse(value);
  return parsed.success ? parsed.data : null;
}
