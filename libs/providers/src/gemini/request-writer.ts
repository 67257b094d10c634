import type { Conversation, Tool, ToolChoice } from '../conversation/conversation.js';
import type { UpstreamWriteChoice, WrittenRequest } from '../conversation/sides.js';
import { GeminiContentWriter } from './content-writer.js';
import { thinkingConfigOf } from './thinking.js';

type Json = Record<string, unknown>;

/** Members beyond the conversation's own that Google knows, whatever dialect named them. */
const KNOWN_EXTRAS: ReadonlyMap<string, string> = new Map([
  ['safetySettings', 'safetySettings'],
  ['safety_settings', 'safetySettings'],
  ['labels', 'labels'],
]);

/** Writes a conversation as a `generateContent` request; the model and the wish to stream go into the path. */
export function writeGeminiRequest(
  conversation: Conversation,
  choice: UpstreamWriteChoice,
): WrittenRequest {
  const dropped = new Set<string>();
  const writer = new GeminiContentWriter(choice.upstreamModel, dropped);
  const contents = writer.write(conversation);
  if (writer.problem !== null) return { ok: false, problem: writer.problem };
  const request: Json = { ...contents, ...toolMembers(conversation, dropped) };
  const config = configOf(conversation, choice, dropped);
  if (Object.keys(config).length > 0) request['generationConfig'] = config;
  if (conversation.endUser !== null) dropped.add('user');
  for (const [name, value] of Object.entries(conversation.extras)) {
    const known = KNOWN_EXTRAS.get(name);
    if (known === undefined) dropped.add(name);
    else request[known] = value;
  }
  return { ok: true, request, dropped: [...dropped] };
}

/** How functions are chosen means nothing without functions. */
function toolMembers(conversation: Conversation, dropped: Set<string>): Json {
  const { tools, toolChoice, parallelTools } = conversation;
  if (tools.length === 0) return {};
  if (parallelTools === false) dropped.add('parallel_tool_calls');
  const functionDeclarations = tools.map((tool) => declarationOf(tool, dropped));
  const chosen =
    toolChoice === null
      ? {}
      : { toolConfig: { functionCallingConfig: functionCallingConfigOf(toolChoice) } };
  return { tools: [{ functionDeclarations }], ...chosen };
}

function declarationOf(tool: Tool, dropped: Set<string>): Json {
  if (tool.strict === true) dropped.add('strict');
  if (tool.cache !== undefined) dropped.add('cache_control');
  const { name, description, schema } = tool;
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(schema === null ? {} : { parametersJsonSchema: schema }),
  };
}

function functionCallingConfigOf(choice: ToolChoice): Json {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  }
}

function configOf(
  conversation: Conversation,
  choice: UpstreamWriteChoice,
  dropped: Set<string>,
): Json {
  const { sampling, output, reasoning, choices } = conversation;
  const config: Json = {};
  const set = (name: string, value: unknown): void => {
    if (value !== null) config[name] = value;
  };
  set('temperature', sampling.temperature);
  set('topP', sampling.topP);
  set('topK', sampling.topK);
  set('seed', sampling.seed);
  set('presencePenalty', sampling.presencePenalty);
  set('frequencyPenalty', sampling.frequencyPenalty);
  set('stopSequences', sampling.stop.length === 0 ? null : sampling.stop);
  set('candidateCount', choices === 1 ? null : choices);
  set('maxOutputTokens', choice.maxTokens ?? conversation.maxTokens);
  if (output.type !== 'text') config['responseMimeType'] = 'application/json';
  if (output.type === 'json_schema') config['responseJsonSchema'] = output.schema;
  const thinking = reasoning === null ? {} : thinkingConfigOf(reasoning, choice.upstreamModel);
  if (thinking === null) {
    if (reasoning?.effort !== 'none') dropped.add('reasoning_effort');
  } else if (Object.keys(thinking).length > 0) {
    config['thinkingConfig'] = thinking;
  }
  return config;
}
