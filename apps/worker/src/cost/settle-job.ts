import { settleRowSchema } from '@weir/contracts';
import type { SettleRow } from '@weir/contracts';
import { z } from 'zod';

/** A row that is no settlement row, with the reason. */
export interface UnreadableRow {
  readonly row: Readonly<Record<string, unknown>>;
  readonly reason: string;
}

/** A cost job taken apart: one bad row must not hold up the other 255. */
export interface ReadJob {
  readonly batches: readonly (readonly [epoch: string, batch: string])[];
  readonly rows: readonly SettleRow[];
  readonly unreadable: readonly UnreadableRow[];
}

const recordSchema = z.record(z.string(), z.unknown());

/** The envelope of `settleJobSchema` and of version 1, its rows unread. */
const envelopeSchema = z.object({
  v: z.union([z.literal(1), z.literal(2)]),
  batches: z.array(z.tuple([z.uuid(), z.string().regex(/^\d{1,19}$/)])),
  rows: z.array(z.union([z.string(), recordSchema])).min(1),
});

/** Reads the payload of job `settle`. A payload without a readable envelope becomes one unreadable row. */
export function readSettleJob(payload: unknown): ReadJob {
  const envelope = envelopeSchema.safeParse(payload);
  if (!envelope.success) {
    const reason = `unreadable job: ${z.prettifyError(envelope.error)}`;
    return { batches: [], rows: [], unreadable: [{ row: { job: payload }, reason }] };
  }
  const rows: SettleRow[] = [];
  const unreadable: UnreadableRow[] = [];
  for (const given of envelope.data.rows) {
    const row = typeof given === 'string' ? parsedRow(given) : given;
    const read = settleRowSchema.safeParse(row);
    if (read.success) rows.push(read.data);
    else unreadable.push({ row, reason: `unreadable row: ${z.prettifyError(read.error)}` });
  }
  return { batches: envelope.data.batches, rows, unreadable };
}

/** The object of a row's text; text that is none is kept as it is, for a person to look at. */
function parsedRow(text: string): Readonly<Record<string, unknown>> {
  try {
    const read = recordSchema.safeParse(JSON.parse(text));
    if (read.success) return read.data;
  } catch {
    // SyntaxError: answered below.
  }
  return { text };
}
