import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import type { AnswerPlan, PlannedChoice } from './answer-plan.js';
import type { PlannedCall } from './tool-use.js';

/** What a dialect writes while an answer comes into being. Each resolves to whether the stream goes on. */
export interface AnswerSink {
  /** One token of reasoning; left out where the dialect hides it. */
  thinking?(piece: string): Promise<boolean>;
  /** One token of visible text. */
  text(choice: number, piece: string): Promise<boolean>;
  /** A tool call begins: its name. */
  callStart(choice: number, index: number, call: PlannedCall): Promise<boolean>;
  /** One token of a call's arguments. */
  callPiece(choice: number, index: number, piece: string): Promise<boolean>;
  /** The dialect's error in the middle of a stream; it ends there. */
  error(): Promise<void>;
  /** An event whose data are no JSON. */
  brokenJson(): Promise<boolean>;
}

/** Bytes of the one content line that `long-line` sends: above every sensible cap. */
const LONG_LINE_BYTES = 10_485_760;
/** Pieces that have bytes beyond ASCII, for `split-utf8`. */
const WIDE_PIECES = [' Grüße', ' 水', ' 🌊', ' größer', ' naïve'];
/** The chunk before which a fault inside a stream strikes. */
const FAULTY_CHUNK = 3;

/**
 * Sends the status line and waits as the model does before its first visible token.
 * @returns whether the stream goes on.
 */
export async function openStream(
  exchange: Exchange,
  plan: AnswerPlan,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { faults, outlet } = exchange;
  if (faults.delayMs !== null) await pause(plan.firstTokenMs, outlet.closed);
  outlet.head(200, headers);
  if (faults.delayMs === null) await pause(plan.firstTokenMs, outlet.closed);
  if (faults.silenceAfterChunks === 0) await outlet.fallSilent();
  return outlet.isOpen;
}

/** Waits while the model thinks where nobody sees it, and counts those tokens. @returns whether the stream goes on. */
export async function thinkHidden(exchange: Exchange, plan: AnswerPlan): Promise<boolean> {
  const { outlet, produced } = exchange;
  if (plan.reasoning.length === 0) return outlet.isOpen;
  await pause(plan.reasoning.length * plan.tokenMs, outlet.closed);
  if (!outlet.isOpen) return false;
  produced.reasoningTokens += plan.reasoning.length;
  produced.outputTokens += plan.reasoning.length;
  return true;
}

/** Lets a planned answer come into being, a token at a time. @returns whether the stream goes on. */
export async function streamAnswer(
  exchange: Exchange,
  plan: AnswerPlan,
  sink: AnswerSink,
): Promise<boolean> {
  const { produced } = exchange;
  const pace = new Pace(exchange, plan, sink);
  if (sink.thinking !== undefined) {
    for (const piece of plan.reasoning) {
      if (!(await pace.next()) || !(await sink.thinking(piece))) return false;
      produced.reasoningTokens++;
      produced.outputTokens++;
    }
  }
  const length = Math.max(...plan.choices.map(({ text }) => text.length));
  for (let i = 0; i < length; i++) {
    if (!(await pace.next())) return false;
    for (let choice = 0; choice < plan.choices.length; choice++) {
      const piece = plan.choices[choice]?.text[i];
      if (piece === undefined) continue;
      if (!(await sink.text(choice, faulty(exchange, piece, i)))) return false;
      produced.outputTokens++;
    }
  }
  for (const [choice, planned] of plan.choices.entries()) {
    if (!(await streamCalls({ exchange, pace, sink, choice, planned }))) return false;
  }
  return true;
}

interface CallsInput {
  readonly exchange: Exchange;
  readonly pace: Pace;
  readonly sink: AnswerSink;
  readonly choice: number;
  readonly planned: PlannedChoice;
}

async function streamCalls(input: CallsInput): Promise<boolean> {
  const { exchange, pace, sink, choice, planned } = input;
  for (const [index, call] of planned.calls.entries()) {
    if (!(await pace.next()) || !(await sink.callStart(choice, index, call))) return false;
    exchange.produced.outputTokens += call.nameTokens;
    for (const piece of call.pieces) {
      if (!(await pace.next()) || !(await sink.callPiece(choice, index, piece))) return false;
      exchange.produced.outputTokens++;
    }
  }
  return true;
}

/** A piece of text as a fault wants it. */
function faulty(exchange: Exchange, piece: string, i: number): string {
  const { malformed } = exchange.faults;
  if (malformed === 'split-utf8') return WIDE_PIECES[i % WIDE_PIECES.length] ?? piece;
  if (malformed === 'long-line' && i === 0) return 'w'.repeat(LONG_LINE_BYTES);
  return piece;
}

/** Keeps the model's pace between chunks and lets faults strike. */
class Pace {
  readonly #exchange: Exchange;
  readonly #tokenMs: number;
  readonly #sink: AnswerSink;
  readonly #faultyChunk: number;
  #chunks = 0;
  #owedMs = 0;

  constructor(exchange: Exchange, plan: AnswerPlan, sink: AnswerSink) {
    this.#exchange = exchange;
    this.#tokenMs = plan.tokenMs;
    this.#sink = sink;
    const visible = plan.choices[0]?.text.length ?? 0;
    // A short answer has its fault in its last chunk.
    this.#faultyChunk = visible === 0 ? FAULTY_CHUNK : Math.min(FAULTY_CHUNK, visible - 1);
  }

  /** Waits for the next chunk's time. @returns whether it may be written. */
  async next(): Promise<boolean> {
    const { faults, outlet } = this.#exchange;
    const chunk = this.#chunks++;
    if (faults.silenceAfterChunks === chunk && chunk > 0) {
      await outlet.fallSilent();
      return false;
    }
    if (faults.malformed !== null && chunk === this.#faultyChunk) {
      if (faults.malformed === 'error-in-200') {
        await this.#sink.error();
        return false;
      }
      if (faults.malformed === 'broken-json' && !(await this.#sink.brokenJson())) return false;
    }
    if (chunk > 0) this.#owedMs += this.#tokenMs;
    if (this.#owedMs >= 1) {
      const before = performance.now();
      await pause(this.#owedMs, outlet.closed);
      // Timers are late; what they were late is not owed again, so the stream keeps its speed.
      this.#owedMs -= performance.now() - before;
    }
    return true;
  }
}

/**
 * Waits as long as the whole answer takes and counts its tokens.
 * @returns whether it shall be sent; false when the client left or the sandbox fell silent.
 */
export async function produceWhole(exchange: Exchange, plan: AnswerPlan): Promise<boolean> {
  const { faults, outlet, produced } = exchange;
  let tokens = plan.reasoning.length;
  for (const { text, calls } of plan.choices) {
    tokens += text.length;
    for (const call of calls) tokens += call.nameTokens + call.pieces.length;
  }
  // Choices are made side by side: the time is one choice's.
  const steps = plan.reasoning.length + (plan.choices[0]?.text.length ?? 0);
  await pause(faults.delayMs ?? plan.firstTokenMs + steps * plan.tokenMs, outlet.closed);
  if (!outlet.isOpen) return false;
  produced.reasoningTokens = plan.reasoning.length;
  produced.outputTokens = tokens;
  if (faults.silenceAfterChunks !== null) {
    await outlet.fallSilent();
    return false;
  }
  return true;
}
