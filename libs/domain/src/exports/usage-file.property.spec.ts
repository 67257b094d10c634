import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, textCell, valueCell } from './csv.js';
import { exportFileName } from './file-name.js';
import { usageFile } from './usage-file.js';
import { USAGE_COLUMNS, type UsageRecord } from './usage-record.js';

/** A reader of RFC 4180, written from the standard and not from the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') {
        cell += '"';
        i++;
      } else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',') {
      row.push(cell);
      cell = '';
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      i++;
    } else cell += c;
  }
  return rows;
}

const record = (over: Partial<UsageRecord> = {}): UsageRecord => ({
  timestamp_utc: '2026-11-21T10:00:00.000Z',
  timestamp_local: '2026-11-21T11:00:00.000',
  generation_id: 'gen_1',
  request_id: null,
  endpoint: '/v1/chat/completions',
  model: 'm',
  provider: 'p',
  region: null,
  key_name: 'k',
  key_prefix: 'weir-sk-abc',
  user: 'a@example.test',
  template: null,
  mode: 'native',
  status: 200,
  error_type: null,
  prompt_tokens: 10,
  completion_tokens: 5,
  reasoning_tokens: 0,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  total_tokens: 15,
  cost: '0.000045',
  currency: 'USD',
  upstream_cost: null,
  cost_factor: '1',
  price_version: '3',
  ttft_ms: 100,
  duration_ms: 1100,
  streamed: true,
  cached: false,
  carbon_g: null,
  energy_wh: null,
  carbon_method: null,
  note: null,
  ...over,
});

describe('a usage file', () => {
  it('gives back every text as it was, but for the apostrophe before a formula (E-X4)', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('=+-@\t\r\n\0",\'aä😀 1')) });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), (pairs) => {
        const file = usageFile('csv');
        const records = pairs.map(([model, note]) => record({ model, note }));
        const rows = parseCsv(file.begin() + file.rows(records) + file.end());
        expect(rows).toHaveLength(pairs.length + 1);
        pairs.forEach(([model, note], i) => {
          const cells = rows[i + 1] ?? [];
          expect(cells).toHaveLength(USAGE_COLUMNS.length);
          const safe = (value: string) => (/^[=+\-@\t\r\0]/.test(value) ? `'${value}` : value);
          expect(cells[5]).toBe(safe(model));
          expect(cells.at(-1)).toBe(safe(note));
        });
      }),
    );
  });

  it('leaves numbers alone, negative ones too', () => {
    expect(valueCell('-0.5')).toBe('-0.5');
    expect(valueCell(null)).toBe('');
    expect(valueCell('a,b')).toBe('"a,b"');
    expect(textCell(null)).toBe('');
    expect(textCell(-2)).toBe("'-2");
    expect(csvLine(['a', 'b'])).toBe('a,b\r\n');
  });

  it('begins with a byte order mark when asked', () => {
    expect(usageFile('csv', true).begin().startsWith('\uFEFFtimestamp_utc,')).toBe(true);
    expect(usageFile('csv').begin().startsWith('timestamp_utc,')).toBe(true);
  });

  it('is one JSON array, however its rows come in pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { maxLength: 3 }), { maxLength: 4 }),
        (batches) => {
          const file = usageFile('json');
          const records = batches.map((notes) => notes.map((note) => record({ note })));
          const text =
            file.begin() + records.map((batch) => file.rows(batch)).join('') + file.end();
          expect(JSON.parse(text)).toEqual(records.flat());
        },
      ),
    );
  });

  it('is one JSON object a line as NDJSON', () => {
    const file = usageFile('ndjson');
    const records = [record({ note: 'two\nlines' }), record()];
    const text = file.begin() + file.rows(records) + file.end();
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(records);
  });
});

describe('the name of an export', () => {
  it.each([
    ['csv', 'usage-2026-11-01_2026-11-30.csv'],
    ['ndjson', 'usage-2026-11-01_2026-11-30.ndjson'],
    ['focus', 'focus-1.2-2026-11-01_2026-11-30.csv'],
  ])('names the days it touches: %s', (format, name) => {
    expect(exportFileName(Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1), format)).toBe(name);
  });

  it('names one day twice for an empty range', () => {
    expect(exportFileName(Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 1), 'json')).toBe(
      'usage-2026-11-01_2026-11-01.json',
    );
  });
});
