import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { MODELS } from '../simulation/models.js';
import { BadRequest } from './bad-request.js';
import { chatCompletions } from './chat.js';
import { completions } from './completions.js';
import { embeddings } from './embeddings.js';
import { modelNotFound, refuse, scriptedError } from './errors.js';
import { imageGenerations } from './images.js';
import { rerank } from './rerank.js';
import { responses } from './responses.js';
import { audioSpeech } from './speech.js';
import { audioTranscriptions } from './transcriptions.js';

type Handler = (exchange: Exchange) => Promise<void>;

const POSTS: Readonly<Record<string, Handler>> = {
  '/chat/completions': chatCompletions,
  '/responses': responses,
  '/completions': completions,
  '/embeddings': embeddings,
  '/images/generations': imageGenerations,
  '/audio/speech': audioSpeech,
  '/audio/transcriptions': audioTranscriptions,
  '/rerank': rerank,
};

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
  const handler = request.method === 'POST' ? POSTS[path] : undefined;
  try {
    if (handler !== undefined) {
      await handler(exchange);
      return;
    }
    if (request.method === 'GET' && path === '/models') {
      await listModels(exchange);
      return;
    }
    if (request.method === 'GET' && path.startsWith('/models/')) {
      await oneModel(exchange);
      return;
    }
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    const { message, param, code } = error;
    return refuse(exchange, 400, { message, type: 'invalid_request_error', param, code });
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
  if (faults.redirect !== null) return exchange.redirect(faults.redirect);
  const status = faults.status ?? 500;
  const headers = faults.retryAfter === null ? {} : { 'retry-after': faults.retryAfter };
  return refuse(exchange, status, scriptedError(status), headers);
}

async function listModels(exchange: Exchange): Promise<void> {
  await exchange.json(200, { object: 'list', data: MODELS.map(({ id }) => modelObject(id)) });
}

async function oneModel(exchange: Exchange): Promise<void> {
  const id = decodeURIComponent(exchange.path.slice('/models/'.length));
  if (!MODELS.some((model) => model.id === id)) return modelNotFound(exchange, id);
  await exchange.json(200, modelObject(id));
}

function modelObject(id: string): object {
  return { id, object: 'model', created: 1_760_000_000, owned_by: 'sandbox' };
}
