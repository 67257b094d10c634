import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMessagesRequest } from '../anthropic/read-request.js';
import { readCompletionsRequest } from '../completions/read-request.js';
import type { ClientDialect } from '../dialect/dialect.js';
import type { AnswerStream, Pair, PairStream } from '../dialect/pair.js';
import { PAIRS } from '../dialect/pairs.js';
import { readGeminiRequest } from '../gemini/read-request.js';
import {
  readChatRequest,
  type RequestReading,
  type RequestResult,
} from '../openai/read-request.js';
import { readResponsesRequest } from '../responses/read-request.js';

/**
 * Every translation against recorded cases. ../../golden/pairs/clients/<client> holds requests as clients send them,
 * upstreams/<upstream> answers as providers give them (.json whole, .sse streamed), and <client>-to-<upstream> what
 * becomes of each: what is sent (or why not, and what is dropped), what is answered, what is streamed and billed.
 * Every stream is cut at every byte: same output, same bill.
 *
 * WEIR_WRITE_GOLDEN=1 writes the third kind anew: read the difference before it is committed.
 */

const GOLDEN = new URL('../../golden/pairs/', import.meta.url);
const IS_WRITING = process.env['WEIR_WRITE_GOLDEN'] === '1';
const TRANSLATIONS = PAIRS.filter((pair) => !pair.passesBytes);

const namesIn = (folder: string, end: string): readonly string[] =>
  readdirSync(new URL(folder, GOLDEN))
    .filter((name) => name.endsWith(end))
    .map((name) => name.slice(0, -end.length));
const read = (path: string): string => readFileSync(new URL(path, GOLDEN), 'utf8');
const json = (path: string): unknown => JSON.parse(read(path));

/** Compares with the recorded file, or writes it. */
function expectRecorded(path: string, text: string): void {
  const file = new URL(path, GOLDEN);
  if (IS_WRITING) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${path} is missing`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function readingOf(client: ClientDialect, parsed: unknown): RequestReading {
  const result = readRequest(client, parsed);
  if (!result.ok) throw new Error(result.problem.message);
  return result.request;
}
function readRequest(client: ClientDialect, parsed: unknown): RequestResult {
  switch (client) {
    case 'openai-chat':
      return readChatRequest(parsed);
    case 'openai-responses':
      return readResponsesRequest(parsed);
    case 'openai-completions':
      return readCompletionsRequest(parsed);
    case 'anthropic':
      return readMessagesRequest(parsed);
    case 'gemini':
      return readGeminiRequest(parsed, { model: 'asked', stream: false });
  }
}

const UPSTREAM_MODELS = {
  openai: 'gpt-x',
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
};

/** A case in which each client asks for what it can be answered with. */
const PLAIN = { 'openai-completions': 'prompt' } as const;

function answerInput(pair: Pair): PairStream {
  const name = pair.client === 'openai-completions' ? PLAIN[pair.client] : 'agent';
  const parsed = json(`clients/${pair.client}/${name}.json`);
  return {
    reading: readingOf(pair.client, parsed),
    parsed,
    bounds: { inputTokensMax: 10_000, outputTokensMax: 10_000 },
    answerId: 'gen_1',
    nowS: 1_700_000_000,
    includeUsage: true,
  };
}

describe.each(TRANSLATIONS.map((pair) => [`${pair.client}-to-${pair.upstream}`, pair] as const))(
  '%s',
  (folder, pair) => {
    it.each(namesIn(`clients/${pair.client}/`, '.json'))('sends the request `%s`', (name) => {
      const parsed = json(`clients/${pair.client}/${name}.json`);
      const sent = pair.request({
        body: new Uint8Array(0),
        object: { members: [], open: 0, close: 0 },
        parsed,
        reading: readingOf(pair.client, parsed),
        upstreamModel: UPSTREAM_MODELS[pair.upstream],
        maxTokens: null,
        maxTokensField: 'max_completion_tokens',
        outputTokensMax: 64_000,
      });
      const told = sent.ok
        ? { dropped: sent.dropped, sent: JSON.parse(Buffer.from(sent.body).toString()) as unknown }
        : { refused: sent.problem };
      expectRecorded(`${folder}/${name}.request.json`, pretty(told));
    });

    it.each(namesIn(`upstreams/${pair.upstream}/`, '.json'))('answers with `%s`', (name) => {
      const body = new Uint8Array(Buffer.from(read(`upstreams/${pair.upstream}/${name}.json`)));
      const answer = pair.answer(body, answerInput(pair));
      const told = {
        reading: answer.reading,
        producedText: answer.producedText(),
        answer: JSON.parse(Buffer.from(answer.body).toString()) as unknown,
      };
      expectRecorded(`${folder}/${name}.answer.json`, pretty(told));
    });

    it.each(namesIn(`upstreams/${pair.upstream}/`, '.sse'))('streams `%s`', (name) => {
      const bytes = new Uint8Array(Buffer.from(read(`upstreams/${pair.upstream}/${name}.sse`)));
      const whole = run(pair, [bytes]);
      expectRecorded(`${folder}/${name}.sse`, whole.text);
      expectRecorded(`${folder}/${name}.bill.json`, pretty(whole.bill));
      for (let cut = 1; cut < bytes.length; cut++) {
        const again = run(pair, [bytes.slice(0, cut), bytes.slice(cut)]);
        if (again.text !== whole.text) expect.fail(`cut at ${String(cut)} changed the output`);
        expect(again.bill).toEqual(whole.bill);
      }
      const single = Array.from(bytes, (_byte, i) => bytes.slice(i, i + 1));
      expect(run(pair, single)).toEqual(whole);
    });

    it('says the same in an answer, streamed or not', () => {
      for (const name of namesIn(`upstreams/${pair.upstream}/`, '.json')) {
        const answer = json(`${folder}/${name}.answer.json`) as { reading: object };
        const bill = json(`${folder}/${name}.bill.json`) as Record<string, unknown>;
        const { usage, finishReason } = answer.reading as Record<string, unknown>;
        if (name !== 'error') expect(bill).toMatchObject({ usage, finishReason, error: null });
        else expect(bill['error']).not.toBeNull();
      }
    });
  },
);

/** Copied at once, as a socket would: bytes handed out must not change afterwards. */
function run(pair: Pair, chunks: readonly Uint8Array[]) {
  const stream: AnswerStream = pair.stream(answerInput(pair));
  const out = chunks.map((chunk) => Buffer.from(stream.push(chunk)));
  out.push(Buffer.from(stream.finish()));
  const { usage, finishReason, reportedModel, error, producedBytes } = stream;
  const { outputTokensBound, estimatedTokens, isInsideEvent } = stream;
  const text = stream.producedText();
  expect(isInsideEvent).toBe(false);
  expect(producedBytes).toBeGreaterThanOrEqual(Buffer.byteLength(text));
  return {
    text: Buffer.concat(out).toString(),
    bill: {
      usage,
      finishReason,
      reportedModel,
      error,
      producedText: text,
      producedBytes,
      outputTokensBound,
      estimatedTokens,
    },
  };
}
