import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord, recordBytesMax } from './record-format.js';

function written(texts: readonly string[]): { bytes: Buffer; ends: number[] } {
  const target = Buffer.alloc(texts.reduce((sum, text) => sum + recordBytesMax(text), 0));
  const ends: number[] = [];
  let offset = 0;
  for (const text of texts) {
    offset += encodeRecord(target, offset, text);
    ends.push(offset);
  }
  return { bytes: target.subarray(0, offset), ends };
}

const recordText = fc
  .record({ id: fc.uuid(), text: fc.string({ unit: 'grapheme', maxLength: 40 }) })
  .map((value) => JSON.stringify(value));

describe('the journal format', () => {
  it('reads a prefix of what was written, wherever the file is cut', () => {
    fc.assert(
      fc.property(fc.array(recordText, { maxLength: 4 }), (texts) => {
        const { bytes, ends } = written(texts);
        for (let cut = 0; cut <= bytes.length; cut += 1) {
          const read = decodeRecords(bytes.subarray(0, cut));
          const whole = ends.filter((end) => end <= cut).length;
          expect(read.texts).toEqual(texts.slice(0, whole));
          const clean = cut === 0 || ends.includes(cut);
          expect(read.state).toBe(clean ? 'whole' : 'torn');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('loses only the record in which a byte was changed, and says so', () => {
    fc.assert(
      fc.property(
        fc.array(recordText, { minLength: 3, maxLength: 6 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (texts, where, flip) => {
          const { bytes, ends } = written(texts);
          const damaged = Buffer.from(bytes);
          const at = where % (ends[texts.length - 2] ?? 1);
          damaged[at] = (damaged[at] ?? 0) ^ flip;
          const hit = ends.findIndex((end) => at < end);
          const read = decodeRecords(damaged);
          expect(read.texts).toEqual(texts.filter((_, index) => index !== hit));
          expect(read.state).toBe('damaged');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes zeros at the end, as a power cut leaves them, for a torn tail', () => {
    const { bytes } = written(['{"t":"void"}']);
    const read = decodeRecords(Buffer.concat([bytes, Buffer.alloc(4096)]));
    expect(read).toEqual({ texts: ['{"t":"void"}'], state: 'torn' });
  });
});
