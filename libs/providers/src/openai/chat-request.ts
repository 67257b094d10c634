import type {
  Conversation,
  OutputFormat,
  Reasoning,
  Tool,
  ToolChoice,
} from '../conversation/conversation.js';
import type { UpstreamWriteChoice, WrittenRequest } from '../conversation/sides.js';
import { cacheControl } from './cache-mark.js';
import { ChatMessageWriter, type ChatExtensions } from './chat-message-writer.js';

type Json = Record<string, unknown>;

/** Members beyond the conversation's own that an OpenAI-compatible provider knows, whatever dialect named them. */
const KNOWN_EXTRAS: ReadonlySet<string> = new Set([
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'metadata',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
  'verbosity',
]);

/** Hosts of Claude take cache marks, hosts of Gemini its signatures; others refuse what has one. */
function extensionsOf(upstreamModel: string): ChatExtensions {
  return {
    cacheMarks: /claude/i.test(upstreamModel),
    callSignatures: /gemini/i.test(upstreamModel),
  };
}

/** Writes a conversation as a `chat/completions` request. */
export function writeChatRequest(
  conversation: Conversation,
  choice: UpstreamWriteChoice,
): WrittenRequest {
  const dropped = new Set<string>();
  const takes = extensionsOf(choice.upstreamModel);
  const writer = new ChatMessageWriter(takes, dropped);
  const messages = writer.write(conversation);
  if (writer.problem !== null) return { ok: false, problem: writer.problem };
  const request: Json = {
    model: choice.upstreamModel,
    messages,
    ...boundMembers(conversation, choice),
    ...samplingMembers(conversation, dropped),
    ...toolMembers(conversation, takes.cacheMarks),
    ...formatMember(conversation.output),
    ...effortMember(conversation.reasoning),
  };
  if (conversation.choices !== 1) request['n'] = conversation.choices;
  if (conversation.endUser !== null) request['user'] = conversation.endUser;
  for (const [name, value] of Object.entries(conversation.extras)) {
    if (KNOWN_EXTRAS.has(name)) request[name] = value;
    else dropped.add(name);
  }
  return { ok: true, request, dropped: [...dropped] };
}

function boundMembers(conversation: Conversation, choice: UpstreamWriteChoice): Json {
  const members: Json = {};
  const maxTokens = choice.maxTokens ?? conversation.maxTokens;
  if (maxTokens !== null) members[choice.maxTokensField] = maxTokens;
  if (conversation.stream) {
    members['stream'] = true;
    members['stream_options'] = { include_usage: true };
  }
  return members;
}

function samplingMembers({ sampling }: Conversation, dropped: Set<string>): Json {
  if (sampling.topK !== null) dropped.add('top_k');
  const members: Json = {};
  const set = (name: string, value: number | null): void => {
    if (value !== null) members[name] = value;
  };
  set('temperature', sampling.temperature);
  set('top_p', sampling.topP);
  set('seed', sampling.seed);
  set('presence_penalty', sampling.presencePenalty);
  set('frequency_penalty', sampling.frequencyPenalty);
  if (sampling.stop.length > 0) members['stop'] = sampling.stop;
  return members;
}

/** How tools are chosen means nothing without tools, and is refused there. */
function toolMembers(conversation: Conversation, marksCache: boolean): Json {
  const { tools, toolChoice, parallelTools } = conversation;
  if (tools.length === 0) return {};
  const members: Json = { tools: tools.map((tool) => toolOf(tool, marksCache)) };
  if (toolChoice !== null) members['tool_choice'] = toolChoiceOf(toolChoice);
  if (parallelTools !== null) members['parallel_tool_calls'] = parallelTools;
  return members;
}

function toolOf(tool: Tool, marksCache: boolean): Json {
  const { name, description, schema, strict, cache } = tool;
  return {
    type: 'function',
    function: {
      name,
      ...(description === null ? {} : { description }),
      ...(schema === null ? {} : { parameters: schema }),
      ...(strict === null ? {} : { strict }),
    },
    ...(marksCache ? cacheControl(cache) : {}),
  };
}

function toolChoiceOf(choice: ToolChoice): unknown {
  if (choice.type !== 'tool') return choice.type;
  return { type: 'function', function: { name: choice.name } };
}

function formatMember(output: OutputFormat): Json {
  switch (output.type) {
    case 'text':
      return {};
    case 'json':
      return { response_format: { type: 'json_object' } };
    case 'json_schema': {
      const { name, schema, strict } = output;
      const format = { name, schema, ...(strict === null ? {} : { strict }) };
      return { response_format: { type: 'json_schema', json_schema: format } };
    }
  }
}

/** Bounds of thinking in tokens, as words of effort: above each, the next one. */
const LOW_EFFORT_TOKENS_MAX = 4_096;
const MEDIUM_EFFORT_TOKENS_MAX = 16_384;

function effortMember(reasoning: Reasoning | null): Json {
  const effort = reasoning?.effort ?? effortOf(reasoning?.budgetTokens ?? null);
  return effort === null ? {} : { reasoning_effort: effort };
}

function effortOf(budgetTokens: number | null): string | null {
  if (budgetTokens === null) return null;
  if (budgetTokens <= LOW_EFFORT_TOKENS_MAX) return 'low';
  return budgetTokens <= MEDIUM_EFFORT_TOKENS_MAX ? 'medium' : 'high';
}
