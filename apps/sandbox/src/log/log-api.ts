import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProductionLog } from './production-log.js';

/** `GET /_sandbox/log?since=<seq>` reads entries after a seq; `DELETE` forgets them. */
export function answerLogApi(
  log: ProductionLog,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === 'DELETE') {
    log.clear();
    response.writeHead(204).end();
    return;
  }
  const since = Number(new URL(request.url ?? '', 'http://sandbox').searchParams.get('since') ?? 0);
  const entries = log.since(Number.isSafeInteger(since) && since >= 0 ? since : 0);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ entries, next: entries.at(-1)?.seq ?? since }));
}
