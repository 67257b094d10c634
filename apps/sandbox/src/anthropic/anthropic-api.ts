import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { MODELS } from '../simulation/models.js';
import { InvalidRequest, refuseAnthropic, requestId, scriptedError } from './errors.js';
import { countMessageTokens, messages } from './messages.js';
import { UnknownModel } from './messages-request.js';

/** The Anthropic wire format: everything under `/anthropic/v1`. */
export async function anthropicApi(exchange: Exchange): Promise<void> {
  const { request, path, credential, faults } = exchange;
  if (!credential.startsWith('sandbox-')) {
    const message =
      credential === ''
        ? 'x-api-key header is required'
        : 'invalid x-api-key; keys of the sandbox begin with "sandbox-"';
    return refuseAnthropic(exchange, 401, { type: 'authentication_error', message });
  }
  if (faults.redirect !== null || faults.status !== null) return scripted(exchange);
  const version = request.headers['anthropic-version'];
  try {
    if (version === undefined) throw new InvalidRequest('anthropic-version', 'header is required');
    if (request.method === 'POST' && path === '/messages') {
      await messages(exchange);
      return;
    }
    if (request.method === 'POST' && path === '/messages/count_tokens') {
      {
        await countMessageTokens(exchange);
        return;
      }
    }
    if (request.method === 'GET' && path === '/models') {
      await listModels(exchange);
      return;
    }
  } catch (error) {
    if (error instanceof UnknownModel) {
      const { message } = error;
      return refuseAnthropic(exchange, 404, { type: 'not_found_error', message });
    }
    if (!(error instanceof InvalidRequest)) throw error;
    const { message } = error;
    return refuseAnthropic(exchange, 400, { type: 'invalid_request_error', message });
  }
  return refuseAnthropic(exchange, 404, { type: 'not_found_error', message: 'Not Found' });
}

/** A redirect or an error instead of an answer. */
async function scripted(exchange: Exchange): Promise<void> {
  const { faults, outlet } = exchange;
  await pause(faults.delayMs ?? 0, outlet.closed);
  if (!outlet.isOpen) return;
  if (faults.redirect !== null) return exchange.redirect(faults.redirect);
  const status = faults.status ?? 500;
  const headers = faults.retryAfter === null ? {} : { 'retry-after': faults.retryAfter };
  return refuseAnthropic(exchange, status, scriptedError(status), headers);
}

async function listModels(exchange: Exchange): Promise<void> {
  const data = MODELS.filter(({ kind }) => kind === 'chat').map(({ id }) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2025-10-09T00:00:00Z',
  }));
  await exchange.json(
    200,
    { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id },
    { 'request-id': requestId(exchange) },
  );
}
