import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_NEEDS } from '../dialect/needs.js';
import { MessagesStream } from './messages-stream.js';
import { readConversation } from './read-conversation.js';
import { readMessagesRequest } from './read-request.js';
import { ANTHROPIC_UPSTREAM } from './upstream.js';
import { readDeltaUsage, readMessagesUsage, readStartUsage } from './usage.js';

/** Clients and providers send what they please: nothing throws, and no figure is believed that cannot be. */

const FIGURES = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
];
const figure = fc.oneof(
  fc.nat(1_000),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, '7', true, 1e300),
);
const usage = fc.record(
  {
    ...Object.fromEntries(FIGURES.map((name) => [name, figure])),
    cache_creation: fc.oneof(
      fc.record(
        { ephemeral_5m_input_tokens: figure, ephemeral_1h_input_tokens: figure },
        { requiredKeys: [] },
      ),
      figure,
    ),
    output_tokens_details: fc.record({ thinking_tokens: figure }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** Bodies that look like requests, with anything inside. */
const odd = fc.jsonValue({ maxDepth: 3 });
const block = fc.record(
  {
    type: fc.constantFrom(
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      'odd',
    ),
    text: odd,
    source: fc.oneof(
      odd,
      fc.record({ type: fc.constantFrom('base64', 'text', 'content'), data: odd }),
    ),
    content: odd,
    input: odd,
    id: odd,
    cache_control: odd,
  },
  { requiredKeys: ['type'] },
);
const body = fc.record(
  {
    model: fc.oneof(fc.constant('m'), odd),
    max_tokens: fc.oneof(fc.constant(9), odd),
    messages: fc.oneof(
      odd,
      fc.array(
        fc.record({ role: fc.constantFrom('user', 'assistant', 'x'), content: fc.array(block) }),
      ),
    ),
    system: odd,
    tools: fc.oneof(odd, fc.array(fc.record({ name: odd, type: odd }, { requiredKeys: [] }))),
    tool_choice: odd,
    thinking: odd,
    output_config: odd,
    metadata: odd,
  },
  { requiredKeys: [] },
);

/** Every text in a value, keys apart. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

describe('whatever a client sends', () => {
  it('is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(body, odd), (it) => {
        for (const result of [readMessagesRequest(it), readConversation(it)]) {
          if (!result.ok) expect(result.problem.message).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded by at least the bytes of every text that is no media', () => {
    const words = fc.string({ unit: 'binary' });
    const said = fc.oneof(
      words,
      fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('text'), text: words }),
          fc.record({ type: fc.constant('tool_result'), tool_use_id: words, content: words }),
          fc.record({
            type: fc.constant('tool_use'),
            name: words,
            input: fc.dictionary(words, odd),
          }),
          fc.record({
            type: fc.constant('document'),
            title: words,
            source: fc.record({ type: fc.constant('text'), data: words }),
          }),
        ),
      ),
    );
    const messages = fc.array(fc.record({ role: fc.constant('user'), content: said }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(messages, words, (all, system) => {
        const result = readMessagesRequest({ model: 'm', max_tokens: 1, messages: all, system });
        const least = [...textsOf(all), system].reduce((sum, it) => sum + Buffer.byteLength(it), 0);
        expect(result.ok && result.request.inputTokensBound).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});

describe('whatever a provider reports', () => {
  it('is whole numbers within bounds, or not used', () => {
    const bounds = { inputTokensMax: 100, outputTokensMax: 50 };
    fc.assert(
      fc.property(fc.oneof(usage, odd), fc.oneof(usage, odd), (first, last) => {
        const start = readStartUsage(first, bounds);
        const known = start.state === 'valid' ? start.usage : null;
        for (const reading of [
          start,
          readMessagesUsage(last, bounds),
          readDeltaUsage(last, known, bounds),
        ]) {
          if (reading.state !== 'valid') continue;
          const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = reading.usage;
          const figures = [input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning];
          expect(figures.every((it) => Number.isInteger(it) && it >= 0)).toBe(true);
          expect(input + cacheRead + cacheWrite5m + cacheWrite1h).toBeLessThanOrEqual(1_000);
          expect(output).toBeLessThanOrEqual(500);
          expect(reasoning).toBeLessThanOrEqual(output);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read, never thrown at', () => {
    const types = [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'message_delta',
      'error',
    ];
    const member = fc.oneof(odd, block, usage, fc.record({ type: odd, usage }));
    const event = fc.record(
      {
        type: fc.constantFrom(...types),
        message: member,
        content_block: member,
        delta: member,
        usage: member,
        index: odd,
        error: odd,
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(event, odd)), (events) => {
        const reader = ANTHROPIC_UPSTREAM.streamReader({});
        const stream = new MessagesStream(INPUT);
        for (const it of events) {
          reader.read(JSON.stringify(it));
          stream.push(Buffer.from(`data: ${JSON.stringify(it)}\n\n`));
          ANTHROPIC_UPSTREAM.readAnswer(it, {});
        }
        expect(reader.usage).toEqual(stream.usage);
        stream.stop(null);
      }),
      { numRuns: 500 },
    );
  });

  it('is billed the same however its JSON is spelled', () => {
    const kinds = [
      ['text_delta', 'text'],
      ['thinking_delta', 'thinking'],
      ['input_json_delta', 'partial_json'],
    ] as const;
    const delta = fc
      .tuple(fc.constantFrom(...kinds), fc.string({ unit: 'grapheme' }))
      .map(([[type, member], text]) => ({ type, [member]: text }));
    fc.assert(
      fc.property(fc.array(delta), (deltas) => {
        const [compact, spaced] = [0, 1].map((indent) => {
          const stream = new MessagesStream(INPUT);
          for (const it of deltas) {
            const event = { type: 'content_block_delta', index: 0, delta: it };
            const data = JSON.stringify(event, null, indent).replaceAll('\n', ' ');
            stream.push(Buffer.from(`data: ${data}\n\n`));
          }
          return [stream.producedText(), stream.estimatedTokens, stream.outputTokensBound];
        });
        expect(compact).toEqual(spaced);
      }),
    );
  });
});

const INPUT = {
  reading: {
    model: 'm',
    stream: true,
    includeUsageAsked: true,
    maxTokens: 9,
    maxTokensField: 'max_tokens',
    choices: 1,
    inputTokensBound: 9,
    predictionTokensBound: 0,
    images: 0,
    audios: 0,
    files: 0,
    costAsked: false,
    needs: NO_NEEDS,
  },
  bounds: {},
  answerId: 'a',
  nowS: 1,
  parsed: null,
  includeUsage: true,
} as const;
