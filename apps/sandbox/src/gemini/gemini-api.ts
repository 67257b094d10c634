import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { MODELS } from '../simulation/models.js';
import {
  fieldViolation,
  InvalidArgument,
  refuseGemini,
  scriptedError,
  UnknownModel,
} from './errors.js';
import { countContentTokens, generateContent, streamGenerateContent } from './generate.js';

type Method = (exchange: Exchange, model: string) => Promise<void>;

const METHODS: Readonly<Record<string, Method>> = {
  generateContent,
  streamGenerateContent,
  countTokens: countContentTokens,
};
const METHOD_PATH = /^\/models\/([^/:]+):([a-zA-Z]+)$/;

/** The Gemini wire format: everything under `/gemini/v1beta`. */
export async function geminiApi(exchange: Exchange): Promise<void> {
  const { request, path, credential, faults } = exchange;
  if (credential === '') {
    return refuseGemini(exchange, 403, {
      message:
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    });
  }
  if (!credential.startsWith('sandbox-')) {
    return refuseGemini(exchange, 400, {
      message: 'API key not valid. Please pass a valid API key.',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'API_KEY_INVALID',
          domain: 'googleapis.com',
        },
      ],
    });
  }
  if (faults.redirect !== null || faults.status !== null) return scripted(exchange);
  const [, model, name] = METHOD_PATH.exec(decodeURIComponent(path)) ?? [];
  const method = request.method === 'POST' && name !== undefined ? METHODS[name] : undefined;
  try {
    if (method !== undefined && model !== undefined) {
      await method(exchange, model);
      return;
    }
    if (request.method === 'GET' && path === '/models') {
      await listModels(exchange);
      return;
    }
  } catch (error) {
    if (error instanceof UnknownModel) {
      return refuseGemini(exchange, 404, { message: error.message });
    }
    if (!(error instanceof InvalidArgument)) throw error;
    const { message, field } = error;
    const details = field === null ? {} : { details: fieldViolation(field, message) };
    return refuseGemini(exchange, 400, { message, ...details });
  }
  return refuseGemini(exchange, 404, { message: `${path} was not found on this server.` });
}

/** A redirect or an error instead of an answer. */
async function scripted(exchange: Exchange): Promise<void> {
  const { faults, outlet } = exchange;
  await pause(faults.delayMs ?? 0, outlet.closed);
  if (!outlet.isOpen) return;
  if (faults.redirect !== null) return exchange.redirect(faults.redirect);
  const status = faults.status ?? 500;
  const headers = faults.retryAfter === null ? {} : { 'retry-after': faults.retryAfter };
  return refuseGemini(exchange, status, scriptedError(status, faults.retryAfter), headers);
}

async function listModels(exchange: Exchange): Promise<void> {
  const models = MODELS.filter(({ kind }) => kind === 'chat').map((model) => ({
    name: `models/${model.id}`,
    displayName: model.id,
    inputTokenLimit: model.contextTokens,
    outputTokenLimit: model.outputTokensMax,
    supportedGenerationMethods: Object.keys(METHODS),
  }));
  await exchange.json(200, { models });
}
