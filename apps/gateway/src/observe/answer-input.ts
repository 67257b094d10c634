import type { PairStream } from '@weir/providers';
import type { Exchange } from '../request/exchange.js';

const MS_PER_S = 1_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What an answer of this request is read and written with. */
export function answerInput(x: Exchange, latin1?: string): PairStream {
  const { call, hold } = x;
  if (call === null || hold === null) throw new Error('No answer comes before the request.');
  const { reading, parsed } = call;
  const input: Writable<PairStream> = {
    reading,
    parsed,
    bounds: { inputTokensMax: x.inputTokensBound, outputTokensMax: x.outputTokensMax },
    answerId: hold.id,
    nowS: Math.floor(Date.now() / MS_PER_S),
    // Where the cost is told, an event of ours replaces the provider's.
    includeUsage: reading.includeUsageAsked && !x.costTold,
  };
  if (latin1 !== undefined) input.latin1 = latin1;
  return input;
}
