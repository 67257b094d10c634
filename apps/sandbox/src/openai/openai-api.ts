import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { MODELS } from '../simulation/models.js';
import { BadRequest } from './chat-request.js';
import { chatCompletions } from './chat.js';
import { embeddings } from './embeddings.js';
import { refuse, scriptedError } from './errors.js';

/** The OpenAI wire format: everything under `/openai/v1`. */
export async function openAiApi(exchange: Exchange): Promise<void> {
  const { request, path, credential, faults } = exchange;
  if (!credential.startsWith('sandbox-')) {
    return refuse(exchange, 401, {
      message: 'Incorrect API key provided. Keys of the sandbox begin with "sandbox-".',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    });
  }
  if (faults.redirect !== null || faults.status !== null) return scripted(exchange);
  try {
    if (request.method === 'POST' && path === '/chat/completions') {
      await chatCompletions(exchange);
      return;
    }
    if (request.method === 'POST' && path === '/embeddings') {
      await embeddings(exchange);
      return;
    }
    if (request.method === 'GET' && path === '/models') {
      await listModels(exchange);
      return;
    }
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    const { message, param } = error;
    return refuse(exchange, 400, { message, type: 'invalid_request_error', param });
  }
  return refuse(exchange, 404, {
    message: `Unknown request URL: ${String(request.method)} ${path}.`,
    type: 'invalid_request_error',
    code: 'unknown_url',
  });
}

/** A redirect or an error instead of an answer. */
async function scripted(exchange: Exchange): Promise<void> {
  const { faults, outlet } = exchange;
  await pause(faults.delayMs ?? 0, outlet.closed);
  if (!outlet.isOpen) return;
  if (faults.redirect !== null) {
    const status = faults.status ?? 307;
    outlet.head(status, { location: faults.redirect, 'content-length': 0 });
    await outlet.end();
    return;
  }
  const status = faults.status ?? 500;
  const headers = faults.retryAfter === null ? {} : { 'retry-after': faults.retryAfter };
  return refuse(exchange, status, scriptedError(status), headers);
}

async function listModels(exchange: Exchange): Promise<void> {
  await exchange.json(200, {
    object: 'list',
    data: MODELS.map((model) => ({
      id: model.id,
      object: 'model',
      created: 1_760_000_000,
      owned_by: 'sandbox',
    })),
  });
}
