import type { RequestRow } from '@weir/contracts';

/**
 * The filter grammar of the address bar: `status:5xx model:claude* cost>0.01 key!:ci`. `:` is, `!:` is
 * not, `~` contains, `>` `<` compare numbers, `*` any characters; a bare word is looked for everywhere.
 * Several terms must all hold.
 */
export interface FilterTerm {
  readonly field: FilterField | 'any';
  readonly operator: ':' | '!:' | '~' | '>' | '<';
  readonly value: string;
  /** As typed, for chips and the URL. */
  readonly text: string;
}

/** Fields that can be filtered by. */
export const FILTER_FIELDS = [
  'status',
  'model',
  'provider',
  'key',
  'template',
  'mode',
  'endpoint',
  'region',
  'id',
  'cost',
  'in',
  'out',
  'ttft',
  'total',
] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** Terms separated by spaces or commas; a term of an unknown field is a bare word. */
export function parseFilter(text: string): FilterTerm[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseTerm);
}

function parseTerm(text: string): FilterTerm {
  const match = /^([a-z]+)(!:|:|~|>|<)(.+)$/i.exec(text);
  const field = FILTER_FIELDS.find((known) => known === match?.[1]?.toLowerCase());
  if (!match || !field) return { field: 'any', operator: '~', value: text.toLowerCase(), text };
  return {
    field,
    operator: toOperator(match[2] ?? ':'),
    value: (match[3] ?? '').toLowerCase(),
    text,
  };
}

function toOperator(text: string): FilterTerm['operator'] {
  return text === '!:' || text === '~' || text === '>' || text === '<' ? text : ':';
}

/** A test for rows; no terms let everything pass. */
export function matcher(terms: readonly FilterTerm[]): (row: RequestRow) => boolean {
  const tests = terms.map(testOf);
  return (row) => tests.every((test) => test(row));
}

function testOf(term: FilterTerm): (row: RequestRow) => boolean {
  if (term.operator === '>' || term.operator === '<') {
    const bound = Number(term.value);
    const sign = term.operator === '>' ? 1 : -1;
    return (row) => {
      const value = numberOf(row, term.field);
      return value !== null && (value - bound) * sign > 0;
    };
  }
  if (term.operator === '~')
    return (row) => textsOf(row, term.field).some((text) => text.includes(term.value));
  if (term.field === 'status') {
    const wanted = statusTest(term.value);
    return (row) => wanted(row) === (term.operator === ':');
  }
  const pattern = wildcard(term.value);
  return (row) =>
    textsOf(row, term.field).some((text) => pattern.test(text)) === (term.operator === ':');
}

function statusTest(value: string): (row: RequestRow) => boolean {
  const digit = /^([1-5])xx$/.exec(value)?.[1];
  if (digit) return (row) => Math.floor(row.http_status / 100) === Number(digit);
  if (value === 'error') return (row) => row.http_status >= 400;
  const pattern = wildcard(value);
  return (row) => pattern.test(String(row.http_status)) || pattern.test(row.status.toLowerCase());
}

function wildcard(value: string): RegExp {
  const escaped = value.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${escaped}$`);
}

function textsOf(row: RequestRow, field: FilterTerm['field']): string[] {
  const fields: Partial<Record<FilterTerm['field'], (string | null)[]>> = {
    status: [String(row.http_status), row.status],
    model: [row.model, row.requested_model],
    provider: [row.provider],
    key: [row.key.label, row.key.prefix],
    template: [row.template],
    mode: [row.mode],
    endpoint: [row.endpoint],
    region: [row.region],
    id: [row.generation_id],
  };
  const texts = field === 'any' ? Object.values(fields).flat() : (fields[field] ?? []);
  return texts.flatMap((text) => (text === null ? [] : [text.toLowerCase()]));
}

const NUMBERS: Partial<Record<FilterTerm['field'], (row: RequestRow) => number | null>> = {
  cost: (row) => Number(row.cost),
  in: (row) => row.prompt_tokens,
  out: (row) => row.completion_tokens,
  ttft: (row) => row.latency_ms,
  total: (row) => row.duration_ms,
  status: (row) => row.http_status,
};

function numberOf(row: RequestRow, field: FilterTerm['field']): number | null {
  return NUMBERS[field]?.(row) ?? null;
}
