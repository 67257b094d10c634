import type { MessageType, ProtoType } from './proto-json.js';

/** The messages of a Gemini request, as far as the simulated models know them. */

const list = (type: ProtoType): ProtoType => ({ list: type });
const message = (type: () => MessageType): ProtoType => ({ message: type });

const BLOB: MessageType = { mimeType: 'string', data: 'string', displayName: 'string' };

/** The subset of OpenAPI's schema that Gemini takes: JSON Schema's other words are unknown names. */
const SCHEMA: MessageType = {
  type: {
    oneOf: ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'].flatMap((one) => [
      one,
      one.toLowerCase(),
    ]),
  },
  format: 'string',
  title: 'string',
  description: 'string',
  nullable: 'bool',
  enum: list('string'),
  maxItems: 'int',
  minItems: 'int',
  properties: { map: message(() => SCHEMA) },
  required: list('string'),
  minProperties: 'int',
  maxProperties: 'int',
  minLength: 'int',
  maxLength: 'int',
  pattern: 'string',
  example: 'any',
  anyOf: list(message(() => SCHEMA)),
  propertyOrdering: list('string'),
  default: 'any',
  items: message(() => SCHEMA),
  minimum: 'float',
  maximum: 'float',
};

const PART: MessageType = {
  text: 'string',
  thought: 'bool',
  thoughtSignature: 'string',
  inlineData: message(() => BLOB),
  fileData: message(() => ({ mimeType: 'string', fileUri: 'string', displayName: 'string' })),
  functionCall: message(() => ({ id: 'string', name: 'string', args: 'struct' })),
  functionResponse: message(() => ({
    id: 'string',
    name: 'string',
    response: 'struct',
    parts: list('any'),
    willContinue: 'bool',
    scheduling: 'string',
  })),
  executableCode: 'struct',
  codeExecutionResult: 'struct',
  videoMetadata: 'struct',
  mediaResolution: 'any',
  partMetadata: 'struct',
};

/** What one speaker says. */
const CONTENT: MessageType = { role: 'string', parts: list(message(() => PART)) };

const FUNCTION: MessageType = {
  name: 'string',
  description: 'string',
  behavior: 'string',
  parameters: message(() => SCHEMA),
  parametersJsonSchema: 'any',
  response: message(() => SCHEMA),
  responseJsonSchema: 'any',
};

const TOOL: MessageType = {
  functionDeclarations: list(message(() => FUNCTION)),
  googleSearch: 'struct',
  googleSearchRetrieval: 'struct',
  codeExecution: 'struct',
  urlContext: 'struct',
  computerUse: 'struct',
  googleMaps: 'struct',
  fileSearch: 'struct',
};

const GENERATION_CONFIG: MessageType = {
  stopSequences: list('string'),
  responseMimeType: 'string',
  responseSchema: message(() => SCHEMA),
  responseJsonSchema: 'any',
  responseModalities: list('string'),
  candidateCount: 'int',
  maxOutputTokens: 'int',
  temperature: 'float',
  topP: 'float',
  topK: 'int',
  seed: 'int',
  presencePenalty: 'float',
  frequencyPenalty: 'float',
  responseLogprobs: 'bool',
  logprobs: 'int',
  speechConfig: 'struct',
  imageConfig: 'struct',
  mediaResolution: 'string',
  thinkingConfig: message(() => ({
    includeThoughts: 'bool',
    thinkingBudget: 'int',
    thinkingLevel: {
      oneOf: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'].flatMap((one) => [one, one.toLowerCase()]),
    },
  })),
};

/** The body of `generateContent`. */
export const GENERATE_REQUEST: MessageType = {
  model: 'string',
  contents: list(message(() => CONTENT)),
  systemInstruction: message(() => CONTENT),
  tools: list(message(() => TOOL)),
  toolConfig: message(() => ({
    functionCallingConfig: message(() => ({
      mode: { oneOf: ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] },
      allowedFunctionNames: list('string'),
    })),
    retrievalConfig: 'struct',
    includeServerSideToolInvocations: 'bool',
  })),
  safetySettings: list(
    message(() => ({ category: 'string', threshold: 'string', method: 'string' })),
  ),
  generationConfig: message(() => GENERATION_CONFIG),
  cachedContent: 'string',
  serviceTier: 'string',
  store: 'bool',
};

/** The body of `countTokens`. */
export const COUNT_REQUEST: MessageType = {
  contents: list(message(() => CONTENT)),
  generateContentRequest: message(() => GENERATE_REQUEST),
};
