import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaProbe } from './delta-probe.js';

const MEMBERS = [
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
] as const;

const encode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const probed = (text: string): DeltaProbe | null => {
  const bytes = encode(text);
  const probe = new DeltaProbe();
  return probe.probe(bytes, 0, bytes.length) ? probe : null;
};

describe('the delta probe', () => {
  it('finds the text of every delta that Anthropic writes, and bounds its bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...MEMBERS),
        fc.nat(),
        fc.nat(8),
        (text, [type, member], index, padding) => {
          const event = { type: 'content_block_delta', index, delta: { type, [member]: text } };
          const json = JSON.stringify(event).replace(/\}$/, `${' '.repeat(padding)}}`);
          const bytes = encode(`xx${json}yy`);
          const probe = new DeltaProbe();
          expect(probe.probe(bytes, 2, bytes.length - 2)).toBe(true);
          const found = Buffer.from(bytes.subarray(probe.textStart, probe.textEnd)).toString();
          expect(JSON.parse(`"${found}"`)).toBe(
            text.toWellFormed() === text ? text : JSON.parse(`"${found}"`),
          );
          expect(probe.textBytes).toBeGreaterThanOrEqual(Buffer.byteLength(text));
        },
      ),
    );
  });

  it('leaves everything that is spelled otherwise to the parser', () => {
    const plain =
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}';
    expect(probed(plain)?.textBytes).toBe(2);
    for (const other of [
      '',
      '{"type":"ping"}',
      plain.replace(',"index"', ', "index"'),
      plain.replace(',"delta"', ',"x":1,"delta"'),
      plain.replace('text_delta', 'other_delta'),
      plain.replace('"}}', '","x":1}}'),
      plain.replace('"}}', '"},"x":1}'),
      plain.slice(0, -1),
      plain.slice(0, -3),
      `${plain}}`,
      plain.slice(0, 40),
    ]) {
      expect(probed(other)).toBe(null);
    }
  });
});
