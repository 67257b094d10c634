import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPENAI_COMPLETIONS_CLIENT } from '../completions/completions-client.js';
import { readCompletionsRequest } from '../completions/read-request.js';
import { OPENAI_RESPONSES_CLIENT } from '../responses/responses-client.js';
import { readResponsesRequest } from '../responses/read-request.js';
import { readResponse, responseTextOf } from '../responses/responses-answer.js';
import { OPENAI_CHAT_CLIENT } from './chat-client.js';
import { OPENAI_CHAT_UPSTREAM } from './chat-upstream.js';
import { readChatRequest } from './read-request.js';

/** Whatever JSON comes, from a client or from a provider: it is read or refused, and nothing throws. */

const NAMES = [
  'type role content text messages input model tools tool_calls function function_call name arguments id call_id',
  'tool_call_id output reasoning reasoning_details reasoning_content effort image_url url file file_data input_audio',
  'data format response_format json_schema schema stop n prompt choices delta message index finish_reason usage error',
  'prompt_tokens completion_tokens summary encrypted_content cache_control response status refusal signature thinking',
].flatMap((line) => line.split(' '));
const WORDS = [
  'user assistant tool system function text image_url input_text output_text message function_call reasoning',
  'function_call_output reasoning.text reasoning.encrypted json_schema auto data:x ephemeral completed incomplete',
].flatMap((line) => line.split(' '));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...WORDS),
    fc.constantFrom(null, true, false, 0, 1, -1, 1.5, ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 6 }),
  ),
}));
const body = fc
  .tuple(value, fc.dictionary(fc.constantFrom(...NAMES), value))
  .map(([one, members]) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? { ...one, ...members }
      : members,
  );
const RUNS = { numRuns: 2_000 };

describe('whatever JSON comes', () => {
  it.each([
    ['chat', readChatRequest, OPENAI_CHAT_CLIENT],
    ['responses', readResponsesRequest, OPENAI_RESPONSES_CLIENT],
    ['completions', readCompletionsRequest, OPENAI_COMPLETIONS_CLIENT],
  ] as const)(
    'is read or refused as a request of %s, and what is read can be sent',
    (_name, measure, client) => {
      fc.assert(
        fc.property(fc.oneof(body, value), (given) => {
          const reading = measure(given);
          if (reading.ok) expect(reading.request.inputTokensBound).toBeGreaterThan(0);
          else expect(reading.problem.message).not.toBe('');
          const read = client.readRequest(given);
          if (!read.ok) return;
          const written = OPENAI_CHAT_UPSTREAM.writeRequest(read.conversation, {
            upstreamModel: 'm',
            maxTokens: 5,
            maxTokensField: 'max_tokens',
            outputTokensMax: null,
          });
          if (written.ok) expect(JSON.stringify(written.request)).toContain('"max_tokens":5');
          else expect(written.problem.message).not.toBe('');
        }),
        RUNS,
      );
    },
  );

  it('is read as an answer, streamed or not, and can be written for every client', () => {
    const head = { answerId: 'a', nowS: 1, requestedModel: 'm', includeUsage: true, request: {} };
    fc.assert(
      fc.property(fc.array(body, { maxLength: 4 }), (chunks) => {
        const reader = OPENAI_CHAT_UPSTREAM.streamReader({});
        const events = chunks
          .flatMap((chunk) => reader.read(JSON.stringify(chunk)))
          .filter((event) => event.type !== 'error');
        for (const client of [
          OPENAI_CHAT_CLIENT,
          OPENAI_RESPONSES_CLIENT,
          OPENAI_COMPLETIONS_CLIENT,
        ]) {
          const writer = client.streamWriter(head);
          for (const event of events) writer.write(event);
          expect(writer.end().length).toBeGreaterThan(0);
          expect(JSON.stringify(client.writeAnswer(events, head))).toContain('"id":"a"');
        }
        for (const chunk of chunks) {
          OPENAI_CHAT_UPSTREAM.readAnswer(chunk, {});
          readResponse(chunk, {});
          expect(typeof responseTextOf(chunk)).toBe('string');
        }
      }),
      RUNS,
    );
  });
});
