import type { AnswerEvent } from '../conversation/answer-event.js';
import { collectAnswer, textOf } from '../conversation/collect-answer.js';
import type { ConversationResult } from '../conversation/conversation.js';
import { RequestIntake } from '../conversation/request-intake.js';
import type { AnswerHead, ClientSide } from '../conversation/sides.js';
import { readSampling } from '../openai/chat-conversation.js';
import { chatFinishReason } from '../openai/chat-words.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { openAiUsage } from '../openai/stream-frames.js';
import { completionObject } from './completion-frames.js';
import { CompletionsWriter } from './completions-writer.js';

/** The legacy dialect of `completions`, as clients speak it: a prompt is what a user says, once. */
export const OPENAI_COMPLETIONS_CLIENT: ClientSide = {
  readRequest: readCompletion,
  streamWriter: (head) => new CompletionsWriter(head),
  writeAnswer: writeCompletion,
};

const PLACED: ReadonlySet<string> = new Set([
  ...STRIPPED_MEMBERS,
  'model',
  'prompt',
  'stream',
  'stream_options',
  'max_tokens',
  'n',
  'best_of',
  'echo',
  'suffix',
  'logprobs',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'user',
]);

const ELSEWHERE = 'works with OpenAI-compatible providers only; leave it out';

function readCompletion(parsed: unknown): ConversationResult {
  const intake = new RequestIntake();
  const json = intake.record(parsed, 'body');
  const refuseIf = (param: string, isAsked: boolean): void => {
    if (isAsked) intake.refuse(param, `\`${param}\` ${ELSEWHERE}.`);
  };
  refuseIf('echo', json['echo'] === true);
  refuseIf('suffix', typeof json['suffix'] === 'string' && json['suffix'] !== '');
  refuseIf('logprobs', typeof json['logprobs'] === 'number');
  refuseIf('best_of', typeof json['best_of'] === 'number' && json['best_of'] > 1);
  const prompt = readPrompt(json['prompt'], intake);
  const extras: Record<string, unknown> = {};
  for (const name in json) if (!PLACED.has(name) && json[name] !== null) extras[name] = json[name];
  return intake.result({
    model: intake.text(json['model'], 'model'),
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: prompt }] }],
    tools: [],
    toolChoice: null,
    parallelTools: null,
    sampling: readSampling(json, intake),
    maxTokens: intake.optionalNumber(json['max_tokens'], 'max_tokens'),
    choices: intake.optionalNumber(json['n'], 'n') ?? 1,
    stream: intake.optionalFlag(json['stream'], 'stream') ?? false,
    output: { type: 'text' },
    reasoning: null,
    endUser: intake.optionalText(json['user'], 'user'),
    extras,
  });
}

function readPrompt(prompt: unknown, intake: RequestIntake): string {
  const only: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof only === 'string' && only !== '') return only;
  intake.refuse('prompt', '`prompt` must be one non-empty text for this model.');
  return '';
}

function writeCompletion(events: readonly AnswerEvent[], head: AnswerHead): object {
  const answer = collectAnswer(events);
  const choices = answer.choices.map((choice) => ({
    text: textOf(choice.parts) + textOf(choice.parts, 'refusal'),
    index: choice.index,
    logprobs: null,
    finish_reason: chatFinishReason(choice.finishReason, false),
  }));
  const whole = completionObject(head, answer.model, choices);
  return answer.usage === null ? whole : { ...whole, usage: openAiUsage(answer.usage) };
}
