import type { MaxTokensField, RequestReading } from './read-request.js';
import { STRIPPED_MEMBERS } from './rewrite-request.js';
import type { RequestEdits } from './rewrite-request.js';
import { asRecord } from './usage.js';

/** What the gateway decided about a request. */
export interface UpstreamChoice {
  /** The endpoint's name of the model. */
  readonly upstreamModel: string;
  /** Bound of output tokens per choice to send; null = leave what the client sent. */
  readonly maxTokens: number | null;
  /** The member this endpoint's model takes it in, where the client named none. */
  readonly maxTokensField: MaxTokensField;
}

/** The edits that turn a client's chat request into the one sent upstream; every other byte stays. */
export function chatEdits(
  body: unknown,
  request: RequestReading,
  choice: UpstreamChoice,
): RequestEdits {
  const set: Record<string, string> = {};
  if (choice.upstreamModel !== request.model) set['model'] = JSON.stringify(choice.upstreamModel);
  if (choice.maxTokens !== null && choice.maxTokens !== request.maxTokens) {
    set[request.maxTokensField ?? choice.maxTokensField] = String(choice.maxTokens);
  }
  if (request.stream && !request.includeUsageAsked) {
    const options = asRecord(asRecord(body)?.['stream_options']) ?? {};
    set['stream_options'] = JSON.stringify({ ...options, include_usage: true });
  }
  return { set, remove: STRIPPED_MEMBERS };
}

/** The edits for an embeddings request. */
export function embeddingsEdits(request: RequestReading, upstreamModel: string): RequestEdits {
  const set: Record<string, string> =
    upstreamModel === request.model ? {} : { model: JSON.stringify(upstreamModel) };
  return { set, remove: STRIPPED_MEMBERS };
}
