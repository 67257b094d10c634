import type { Exchange } from '../exchange.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { reportedUsage } from '../simulation/reported-usage.js';
import type { UsageNames } from '../simulation/reported-usage.js';
import type { MessagesRequest } from './messages-request.js';
import { signatureOf } from './signature.js';

/** The documented words that make a model hide its thinking, for tests of clients. */
const REDACTED_THINKING = 'ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING';
const NAMES: UsageNames = {
  prompt: 'input_tokens',
  output: 'output_tokens',
  total: null,
  details: ['output_tokens_details'],
};

/** A `message` as it comes into being. */
export class AnswerMessage {
  readonly #exchange: Exchange;
  readonly #request: MessagesRequest;
  readonly #plan: AnswerPlan;

  constructor(exchange: Exchange, request: MessagesRequest, plan: AnswerPlan) {
    this.#exchange = exchange;
    this.#request = request;
    this.#plan = plan;
  }

  /** How the thinking is shown. */
  get thinkingKind(): 'shown' | 'omitted' | 'redacted' {
    if (this.#says(REDACTED_THINKING)) return 'redacted';
    return this.#request.thinking?.isShown === false ? 'omitted' : 'shown';
  }

  /** Before anything was produced. */
  begun(): object {
    const usage = this.#exchange.faults.noUsage
      ? {}
      : { usage: { ...this.#promptUsage(), output_tokens: 1, service_tier: 'standard' } };
    return { ...this.#base([], null, null), ...usage };
  }

  /** The whole answer. */
  whole(): object {
    const choice = this.#plan.choices[0];
    const usage = this.usage();
    return {
      ...this.#base(this.#blocks(), this.stopReason, choice?.stopSequence ?? null),
      stop_details: this.stopDetails,
      ...(usage === undefined ? {} : { usage }),
    };
  }

  /** Anthropic's word for how the answer ended. */
  get stopReason(): string {
    switch (this.#plan.choices[0]?.ending) {
      case 'length':
        return 'max_tokens';
      case 'stop_sequence':
        return 'stop_sequence';
      case 'tool_calls':
        return 'tool_use';
      case 'refusal':
      case 'filter':
        return 'refusal';
      case 'stop':
      case undefined:
        return 'end_turn';
    }
  }

  get stopDetails(): object | null {
    if (this.stopReason !== 'refusal') return null;
    return { type: 'refusal', category: 'general_harms', explanation: 'The request was declined.' };
  }

  /** What is reported at the end: the truth, unless a fault says otherwise. */
  usage(): Record<string, unknown> | null | undefined {
    const { produced, faults } = this.#exchange;
    const truth = {
      ...this.#promptUsage(),
      output_tokens: produced.outputTokens,
      output_tokens_details: { thinking_tokens: produced.reasoningTokens },
      server_tool_use: null,
      service_tier: 'standard',
    };
    return reportedUsage(truth, NAMES, faults);
  }

  toolUseId(index: number): string {
    const own = this.#exchange.ownId.replaceAll(/[^a-zA-Z0-9]/g, '');
    return `toolu_${own}${String(index).padStart(3, '0')}`;
  }

  /** The block that stands for thinking nobody may read. */
  redactedData(): string {
    return Buffer.from(`sandbox-redacted|${this.#exchange.ownId}`).toString('base64');
  }

  #blocks(): readonly object[] {
    const blocks: object[] = [];
    const choice = this.#plan.choices[0];
    if (this.#plan.reasoning.length > 0) blocks.push(this.#thinkingBlock());
    const text = choice?.text.join('') ?? '';
    if (text !== '') blocks.push({ type: 'text', text, citations: null });
    for (const [i, call] of (choice?.calls ?? []).entries()) {
      blocks.push({
        type: 'tool_use',
        id: this.toolUseId(i),
        name: call.name,
        input: parsed(call.pieces.join('')),
        caller: { type: 'direct' },
      });
    }
    return blocks;
  }

  #thinkingBlock(): object {
    if (this.thinkingKind === 'redacted') {
      return { type: 'redacted_thinking', data: this.redactedData() };
    }
    const thinking = this.thinkingKind === 'omitted' ? '' : this.#plan.reasoning.join('');
    return { type: 'thinking', thinking, signature: signatureOf(thinking) };
  }

  #promptUsage(): Record<string, unknown> {
    const { produced } = this.#exchange;
    const written = produced.cacheWrite5mTokens + produced.cacheWrite1hTokens;
    return {
      input_tokens: produced.promptTokens - produced.cachedTokens - written,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: produced.cachedTokens,
      cache_creation: {
        ephemeral_5m_input_tokens: produced.cacheWrite5mTokens,
        ephemeral_1h_input_tokens: produced.cacheWrite1hTokens,
      },
    };
  }

  #base(content: readonly object[], stopReason: string | null, stop: string | null): object {
    return {
      id: `msg_${this.#exchange.id}`,
      type: 'message',
      role: 'assistant',
      model: this.#plan.model.id,
      content,
      stop_reason: stopReason,
      stop_sequence: stop,
    };
  }

  #says(words: string): boolean {
    return this.#request.turns.some(({ blocks }) =>
      blocks.some(({ text }) => text.includes(words)),
    );
  }
}

/** The arguments as far as they came; cut ones are no JSON and show as nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // SyntaxError: the bound of tokens cut them.
    return {};
  }
}
