import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_DEPTH_MAX, JSON_KEYS_MAX, scanJsonObject } from './json-members.js';
import { rewriteRequest, STRIPPED_MEMBERS } from './rewrite-request.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const edit = (text: string, edits: Parameters<typeof rewriteRequest>[2]): string => {
  const bytes = encode(text);
  const scan = scanJsonObject(bytes);
  if (!scan.ok) throw new Error(scan.problem);
  return decode(rewriteRequest(bytes, scan.object, edits));
};
const problemOf = (text: string): string | null => {
  const scan = scanJsonObject(encode(text));
  return scan.ok ? null : scan.problem;
};

const name = fc.oneof(
  fc.constantFrom('model', 'max_tokens', 'stream_options', 'route', 'usage', 'a"b', 'é\\', ''),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const value = fc.jsonValue({ maxDepth: 4 });
const record = fc
  .dictionary(name, value, { maxKeys: 12 })
  .filter((it) => !JSON.stringify(it).includes('__proto__'));
const spacing = fc.constantFrom(undefined, 1, '\t', '  ');

describe('the byte-splicing rewriter', () => {
  it('does to the bytes what an edit of the parsed object would do', () => {
    fc.assert(
      fc.property(record, record, fc.array(name), spacing, (body, set, remove, space) => {
        const text = JSON.stringify(body, null, space);
        const texts = Object.fromEntries(
          Object.entries(set).map(([key, it]) => [key, JSON.stringify(it)]),
        );
        const expected = new Map(Object.entries({ ...body, ...set }));
        for (const key of remove) expected.delete(key);
        const edited: unknown = JSON.parse(edit(text, { set: texts, remove }));
        expect(new Map(Object.entries(edited as object))).toEqual(
          new Map(
            Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(expected))) as object),
          ),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds each member where it stands, its value byte for byte', () => {
    fc.assert(
      fc.property(record, spacing, (body, space) => {
        const bytes = encode(JSON.stringify(body, null, space));
        const scan = scanJsonObject(bytes);
        expect(scan.ok).toBe(true);
        if (!scan.ok) return;
        expect(scan.object.members.map((member) => member.name).sort()).toEqual(
          Object.keys(body).sort(),
        );
        for (const member of scan.object.members) {
          const raw = decode(bytes.subarray(member.valueStart, member.valueEnd));
          expect(JSON.parse(raw)).toEqual(JSON.parse(JSON.stringify(body[member.name])));
        }
      }),
    );
  });

  it('never throws and always ends, whatever the bytes are', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'u',
      ' ',
      '1',
      'a',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 200 }), (tokens) => {
        const text = `{${tokens.join('')}`;
        const scan = scanJsonObject(encode(text));
        let parsed: unknown = null;
        try {
          parsed = JSON.parse(text);
        } catch {
          return;
        }
        if (scan.ok) expect(scan.object.members.length).toBe(Object.keys(parsed as object).length);
        else expect(['duplicate_key', 'too_deep']).toContain(scan.problem);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves every byte alone that is not edited', () => {
    const text = '{ "model" : "a",\n "seed":1e400, "x": 0.10,"max_tokens" :7 ,"y":[1, 2 ] }';
    expect(edit(text, { set: { model: '"b"', max_tokens: '9' } })).toBe(
      '{ "model" : "b",\n "seed":1e400, "x": 0.10,"max_tokens" :9 ,"y":[1, 2 ] }',
    );
    expect(edit(text, { remove: ['x', 'y'] })).toBe(
      '{ "model" : "a",\n "seed":1e400,"max_tokens" :7 }',
    );
  });

  it('finds the end of a long text with quotes and backslashes anywhere', () => {
    for (let length = 0; length < 200; length++) {
      for (const tail of ['"', '\\\\', '\\\\"', '\\\\\\\\']) {
        const body = {
          text: `${'x'.repeat(length)}${tail}${'y'.repeat(70)}${tail}`,
          max_tokens: 7,
        };
        expect(JSON.parse(edit(JSON.stringify(body), { set: { max_tokens: '9' } }))).toEqual({
          ...body,
          max_tokens: 9,
        });
      }
    }
  });

  it('returns the same bytes when there is nothing to change', () => {
    const bytes = encode('{"model":"a"}');
    const scan = scanJsonObject(bytes);
    if (scan.ok)
      expect(rewriteRequest(bytes, scan.object, { remove: STRIPPED_MEMBERS })).toBe(bytes);
    expect(scan.ok).toBe(true);
  });

  it('takes out every member that could redirect a request', () => {
    const body = Object.fromEntries(STRIPPED_MEMBERS.map((it) => [it, 'x']));
    expect(edit(JSON.stringify(body), { remove: STRIPPED_MEMBERS })).toBe('{}');
    expect(edit('{"api_\\u006bey":"x"}', { remove: STRIPPED_MEMBERS })).toBe('{}');
  });
});

describe('the limits of a body', () => {
  it('refuses a key given twice, however it is spelled and wherever it stands', () => {
    expect(problemOf('{"model":"a","model":"b"}')).toBe('duplicate_key');
    expect(problemOf('{"model":"a","mod\\u0065l":"b"}')).toBe('duplicate_key');
    expect(problemOf('{"mod\\u0065l":"a","model":"b"}')).toBe('duplicate_key');
    expect(problemOf('{"a":[{"b":{"c":1,"c":2}}]}')).toBe('duplicate_key');
    expect(problemOf('{"a":{"c":1},"b":{"c":1}}')).toBe(null);
    const many = Array.from({ length: 100 }, (_, i) => `"k${String(i)}":0`);
    expect(problemOf(`{${many.join(',')}}`)).toBe(null);
    expect(problemOf(`{${many.join(',')},"k7":1}`)).toBe('duplicate_key');
  });

  it('refuses __proto__ as a key, not as a value', () => {
    expect(problemOf('{"a":{"__proto__":{}}}')).toBe('forbidden_key');
    expect(problemOf('{"\\u005f_proto__":{}}')).toBe('forbidden_key');
    expect(problemOf('{"a":"__proto__"}')).toBe(null);
  });

  it('refuses nesting beyond the limit and takes nesting up to it', () => {
    const nested = (depth: number): string =>
      `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(problemOf(nested(JSON_DEPTH_MAX))).toBe(null);
    expect(problemOf(nested(JSON_DEPTH_MAX + 1))).toBe('too_deep');
    expect(problemOf(`{"a":${'['.repeat(200_000)}`)).toBe('too_deep');
  });

  it('refuses more keys than the limit', () => {
    const keys = (count: number): string =>
      `{"a":[${Array.from({ length: count - 1 }, () => '{"b":0}').join(',')}]}`;
    expect(problemOf(keys(JSON_KEYS_MAX))).toBe(null);
    expect(problemOf(keys(JSON_KEYS_MAX + 1))).toBe('too_many_keys');
  });

  it('refuses what is not an object', () => {
    for (const text of ['', '[]', '"a"', '12', 'null', '{"a":1', '{"a']) {
      expect(problemOf(text)).toBe('not_an_object');
    }
  });
});
