import type { Conversation, OutputFormat, Tool, ToolChoice } from '../conversation/conversation.js';
import type { UpstreamWriteChoice, WrittenRequest } from '../conversation/sides.js';
import { cacheControl } from '../openai/cache-mark.js';
import { asRecord } from '../openai/usage.js';
import { thinksAdaptively } from './claude-generation.js';
import { closedSchema } from './closed-schema.js';
import { TurnWriter } from './turn-writer.js';
import { thinkingMembers } from './thinking-request.js';

type Json = Record<string, unknown>;

/** Sent where neither client, gateway nor catalogue knows a bound: this dialect demands one. */
const MAX_TOKENS_DEFAULT = 4_096;
/** This dialect has no JSON mode without a schema: the model is told instead. */
const JSON_INSTRUCTION =
  'Answer with one JSON object and nothing else: no code fence, no words around it.';

/** Writes a conversation as a Messages request. */
export function writeMessagesRequest(
  conversation: Conversation,
  choice: UpstreamWriteChoice,
): WrittenRequest {
  if (conversation.choices !== 1) {
    const message = '`n` must be 1: this provider gives one answer a request.';
    return { ok: false, problem: { message, param: 'n' } };
  }
  const dropped = new Set(Object.keys(conversation.extras));
  const writer = new TurnWriter(dropped);
  const { system, messages } = writer.write(conversation);
  if (writer.problem !== null) return { ok: false, problem: writer.problem };
  if (conversation.output.type === 'json') system.push({ type: 'text', text: JSON_INSTRUCTION });

  const maxTokens =
    choice.maxTokens ?? conversation.maxTokens ?? choice.outputTokensMax ?? MAX_TOKENS_DEFAULT;
  const thinking = thinkingMembers(conversation, choice.upstreamModel, maxTokens);
  if (thinking.isDropped) dropped.add('reasoning_effort');
  const isThinking = thinking.thinking !== null && thinking.thinking['type'] !== 'disabled';
  const sampling = samplingTaken(choice.upstreamModel, isThinking);
  const request: Json = {
    model: choice.upstreamModel,
    max_tokens: maxTokens,
    ...(system.length === 0 ? {} : { system }),
    messages,
    ...toolMembers(conversation),
    ...samplingMembers(conversation, sampling, dropped),
    ...(thinking.thinking === null ? {} : { thinking: thinking.thinking }),
    ...outputConfig(conversation.output, thinking.effort),
    ...(conversation.endUser === null ? {} : { metadata: { user_id: conversation.endUser } }),
    ...(conversation.stream ? { stream: true } : {}),
  };
  return { ok: true, request, dropped: [...dropped] };
}

function outputConfig(output: OutputFormat, effort: string | null): Json {
  const config: Json = effort === null ? {} : { effort };
  if (output.type === 'json_schema') {
    config['format'] = { type: 'json_schema', schema: closedSchema(output.schema) };
  }
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}

/** How tools are chosen means nothing without tools, and is refused there. */
function toolMembers({ tools, toolChoice, parallelTools }: Conversation): Json {
  if (tools.length === 0) return {};
  const written = tools.map(writeTool);
  if (toolChoice?.type === 'none') return { tools: written, tool_choice: { type: 'none' } };
  const parallel = parallelTools === false ? { disable_parallel_tool_use: true } : {};
  if (toolChoice === null && parallelTools !== false) return { tools: written };
  return { tools: written, tool_choice: { ...toolChoiceOf(toolChoice), ...parallel } };
}

function toolChoiceOf(choice: ToolChoice | null): Json {
  if (choice?.type === 'tool') return { type: 'tool', name: choice.name };
  return { type: choice?.type === 'required' ? 'any' : 'auto' };
}

function writeTool({ name, description, schema, strict, cache }: Tool): Json {
  return {
    name,
    ...(description === null ? {} : { description }),
    input_schema: { type: 'object', ...asRecord(schema) },
    ...(strict === null ? {} : { strict }),
    ...cacheControl(cache),
  };
}

/** The warmest Anthropic takes; OpenAI's scale ends at 2. */
const TEMPERATURE_MAX = 1;

/** What a model takes of temperature, top_p and top_k. */
type SamplingTaken = 'none' | 'temperature or top_p' | 'all';

function samplingTaken(upstreamModel: string, isThinking: boolean): SamplingTaken {
  if (isThinking || thinksAdaptively(upstreamModel)) return 'none';
  return upstreamModel.includes('claude') ? 'temperature or top_p' : 'all';
}

function samplingMembers(
  { sampling }: Conversation,
  taken: SamplingTaken,
  dropped: Set<string>,
): Json {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = sampling;
  const members: Json = {};
  const drop = (name: string, value: number | null): void => {
    if (value !== null) dropped.add(name);
  };
  drop('seed', seed);
  drop('presence_penalty', presencePenalty);
  drop('frequency_penalty', frequencyPenalty);
  if (taken !== 'none') {
    if (temperature !== null) members['temperature'] = Math.min(temperature, TEMPERATURE_MAX);
    // Clamped, and said so.
    if ((temperature ?? 0) > TEMPERATURE_MAX) dropped.add('temperature');
    // Claude refuses both together: the temperature is what most clients mean.
    if (temperature !== null && taken !== 'all') drop('top_p', topP);
    else if (topP !== null) members['top_p'] = topP;
    if (topK !== null) members['top_k'] = topK;
  } else {
    drop('temperature', temperature);
    drop('top_p', topP);
    drop('top_k', topK);
  }
  const stop = sampling.stop.filter((sequence) => sequence.trim() !== '');
  // Anthropic refuses sequences of nothing but space.
  if (stop.length < sampling.stop.length) dropped.add('stop');
  if (stop.length > 0) members['stop_sequences'] = stop;
  return members;
}
