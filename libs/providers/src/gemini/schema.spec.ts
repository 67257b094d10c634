import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from './schema.js';

describe('a Gemini schema as JSON Schema', () => {
  it('has its types in lower case and its counts as numbers, at every depth', () => {
    expect(
      jsonSchemaOf({
        type: 'OBJECT',
        title: 'T',
        required: ['a'],
        propertyOrdering: ['a', 'b'],
        minProperties: '1',
        properties: {
          a: {
            type: 'ARRAY',
            min_items: '2',
            maxItems: 3,
            items: { type: 'STRING', example: 'x' },
          },
          type: { type: 'STRING', format: 'enum', enum: ['NUMBER', 'STRING'] },
          b: { any_of: [{ type: 'INTEGER', format: 'int32', minimum: 0 }, { type: 'NULL' }] },
          c: { type: 'OBJECT', additionalProperties: { type: 'BOOLEAN' } },
          d: { type: ['STRING', 'NULL'], maxLength: '9' },
        },
      }),
    ).toEqual({
      type: 'object',
      title: 'T',
      required: ['a'],
      minProperties: 1,
      properties: {
        a: { type: 'array', minItems: 2, maxItems: 3, items: { type: 'string' } },
        type: { type: 'string', enum: ['NUMBER', 'STRING'] },
        b: { anyOf: [{ type: 'integer', format: 'int32', minimum: 0 }, { type: 'null' }] },
        c: { type: 'object', additionalProperties: { type: 'boolean' } },
        d: { type: ['string', 'null'], maxLength: 9 },
      },
    });
  });

  it('says null as a type where it is nullable', () => {
    expect(jsonSchemaOf({ type: 'STRING', nullable: true })).toEqual({ type: ['string', 'null'] });
    expect(jsonSchemaOf({ type: 'STRING', nullable: true, enum: ['a', null] })).toEqual({
      type: ['string', 'null'],
      enum: ['a', null],
    });
    expect(jsonSchemaOf({ nullable: true, anyOf: [{ type: 'STRING' }] })).toEqual({
      anyOf: [{ anyOf: [{ type: 'string' }] }, { type: 'null' }],
    });
    expect(jsonSchemaOf({ type: 'STRING', nullable: false })).toEqual({ type: 'string' });
  });

  it('keeps what is no schema as it is', () => {
    for (const odd of [null, true, 'x', undefined]) expect(jsonSchemaOf(odd)).toBe(odd);
    expect(jsonSchemaOf({ type: 7, anyOf: 'x', properties: [], $ref: '#/a_b' })).toEqual({
      type: 7,
      anyOf: 'x',
      properties: {},
      $ref: '#/a_b',
    });
  });
});
