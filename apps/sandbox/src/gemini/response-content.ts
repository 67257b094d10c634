import type { Exchange } from '../exchange.js';
import type { AnswerPlan, PlannedChoice } from '../simulation/answer-plan.js';
import { reportedUsage } from '../simulation/reported-usage.js';
import type { UsageNames } from '../simulation/reported-usage.js';
import type { PlannedCall } from '../simulation/tool-use.js';
import type { GenerateRequest } from './generate-request.js';
import { thoughtSignature } from './thought-signature.js';

const NAMES: UsageNames = {
  prompt: 'promptTokenCount',
  output: 'candidatesTokenCount',
  total: 'totalTokenCount',
  details: ['promptTokensDetails', 'candidatesTokensDetails', 'cacheTokensDetails'],
};

/** A `GenerateContentResponse` as it comes into being. */
export class ResponseContent {
  readonly #exchange: Exchange;
  readonly #plan: AnswerPlan;
  readonly #request: GenerateRequest;

  constructor(exchange: Exchange, plan: AnswerPlan, request: GenerateRequest) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#request = request;
  }

  /** Whether the thoughts are part of the answer. */
  get showsThoughts(): boolean {
    return this.#request.showsThoughts;
  }

  /** Whether calls carry a signature: those of a model that thought. */
  get hasSignatures(): boolean {
    return this.#plan.reasoning.length > 0;
  }

  /** The whole answer. */
  whole(): object {
    if (this.#plan.choices.every(({ ending }) => ending === 'filter')) return this.blocked();
    return this.response(this.#plan.choices.map((choice, i) => this.#candidate(choice, i)));
  }

  /** What comes when a filter stops the prompt: no candidate at all. */
  blocked(): object {
    return { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...this.#tail() };
  }

  /** Candidates with what every response says. */
  response(candidates: readonly object[]): object {
    return { candidates, ...this.#tail() };
  }

  /** One candidate. */
  candidate(index: number, parts: readonly object[], finishReason: string | null): object {
    return {
      content: { ...(parts.length === 0 ? {} : { parts }), role: 'model' },
      ...(finishReason === null ? {} : { finishReason }),
      index,
    };
  }

  /** The part that is a call. */
  callPart(index: number, call: PlannedCall): object {
    return {
      functionCall: { id: this.#callId(index), name: call.name, args: parsed(call) },
      // Only the first of parallel calls is signed.
      ...(this.hasSignatures && index === 0
        ? { thoughtSignature: thoughtSignature(this.#exchange.ownId, index) }
        : {}),
    };
  }

  /** Gemini's word for how a choice ended. */
  finishReason(choice: PlannedChoice): string {
    switch (choice.ending) {
      case 'length':
        return 'MAX_TOKENS';
      case 'refusal':
        return 'SAFETY';
      case 'filter':
        return 'PROHIBITED_CONTENT';
      case 'stop':
      case 'stop_sequence':
      case 'tool_calls':
        return 'STOP';
    }
  }

  #candidate(choice: PlannedChoice, index: number): object {
    const parts: object[] = [];
    if (this.showsThoughts && this.#plan.reasoning.length > 0) {
      parts.push({ text: this.#plan.reasoning.join(''), thought: true });
    }
    const text = choice.text.join('');
    if (text !== '') parts.push({ text });
    for (const [i, call] of choice.calls.entries()) parts.push(this.callPart(i, call));
    return this.candidate(index, parts, this.finishReason(choice));
  }

  #tail(): object {
    const { produced, faults } = this.#exchange;
    const { promptTokens, cachedTokens, outputTokens, reasoningTokens } = produced;
    const truth = {
      promptTokenCount: promptTokens,
      ...(cachedTokens > 0 ? { cachedContentTokenCount: cachedTokens } : {}),
      candidatesTokenCount: outputTokens - reasoningTokens,
      totalTokenCount: promptTokens + outputTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokens }],
      ...(cachedTokens > 0
        ? { cacheTokensDetails: [{ modality: 'TEXT', tokenCount: cachedTokens }] }
        : {}),
      ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    };
    const usageMetadata = reportedUsage(truth, NAMES, faults);
    return {
      ...(usageMetadata === undefined ? {} : { usageMetadata }),
      modelVersion: this.#plan.model.id,
      responseId: this.#exchange.id,
    };
  }

  #callId(index: number): string {
    return `fc-${this.#exchange.ownId}-${String(index)}`;
  }
}

/** The arguments; cut ones are no JSON and show as nothing. */
function parsed(call: PlannedCall): unknown {
  try {
    return JSON.parse(call.pieces.join(''));
  } catch {
    // SyntaxError: the bound of tokens cut them.
    return {};
  }
}
