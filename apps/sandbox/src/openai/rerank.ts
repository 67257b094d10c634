import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { isObject, textOf } from '../json/json-object.js';
import { findModel } from '../simulation/models.js';
import { latencyMs } from '../simulation/random.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, numberIn, parseBody } from './bad-request.js';
import { modelNotFound } from './errors.js';

const DOCUMENTS_MAX = 1_000;
/** Documents that one search unit pays for. */
const DOCUMENTS_PER_SEARCH = 100;

/** POST /rerank, as OpenAI-compatible providers offer it: documents by the share of the query's words in them. */
export async function rerank(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const model = findModel(json['model'], 'rerank');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  const query = textOf(json, 'query');
  if (query === '') throw new BadRequest("Missing required parameter: 'query'.", 'query');
  const documents = readDocuments(json['documents']);
  const most = numberIn(json, 'top_n', { least: 1, most: DOCUMENTS_MAX, isWhole: true });
  const { produced, faults, outlet } = exchange;
  produced.model = model.id;
  produced.promptTokens = await countTokens(query);
  for (const text of documents) produced.promptTokens += await countTokens(text);
  await pause(faults.delayMs ?? latencyMs(Math.random, model.firstTokenMs), outlet.closed);
  if (!outlet.isOpen) return;
  produced.searches = Math.ceil(documents.length / DOCUMENTS_PER_SEARCH);
  const words = wordsOf(query);
  const results = documents
    .map((text, index) => ({
      index,
      relevance_score: relevance(words, text),
      ...(json['return_documents'] === true ? { document: { text } } : {}),
    }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, most ?? documents.length);
  const usage = {
    prompt_tokens: produced.promptTokens,
    total_tokens: produced.promptTokens,
    search_units: produced.searches,
    ...faults.usage,
  };
  await exchange.json(200, {
    id: `rerank-${exchange.id}`,
    model: model.id,
    results,
    ...(faults.noUsage ? {} : { usage }),
    meta: { billed_units: { search_units: produced.searches } },
  });
}

function readDocuments(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > DOCUMENTS_MAX) {
    throw new BadRequest(
      `'documents' is a list of 1 to ${String(DOCUMENTS_MAX)} texts.`,
      'documents',
    );
  }
  return value.map((one: unknown) => {
    const text = isObject(one) ? one['text'] : one;
    if (typeof text === 'string') return text;
    throw new BadRequest("'documents' holds texts or objects with a 'text'.", 'documents');
  });
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** The share of the query's words that stand in a document, 0 to 1. */
function relevance(words: ReadonlySet<string>, document: string): number {
  if (words.size === 0) return 0;
  const inDocument = wordsOf(document);
  let found = 0;
  for (const word of words) if (inDocument.has(word)) found++;
  return found / words.size;
}
