import type { ValueTransformer } from 'typeorm';

/** `bigint` columns arrive from PostgreSQL as text; entities show them as bigint. */
export const bigintColumn: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  from: (value: unknown) => (typeof value === 'string' ? BigInt(value) : value),
};
