import type { BeginRecord } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/** What is journaled before upstream sees a byte: enough to settle the request without any configuration (H34). */
export function beginRecordOf(x: Exchange): BeginRecord {
  const { key, call, model, candidates } = x;
  return {
    endpoint: x.route.path,
    dialect: x.route.dialect,
    streamed: call?.reading.stream ?? false,
    requestedModel: call?.reading.model ?? '',
    model: model?.id ?? '',
    template: key?.templateName ?? null,
    mode: 'native',
    parent: null,
    templateFactor: x.templateFactor,
    clientIp: x.recordedAddress,
    userAgent: x.userAgent,
    correlationId: x.correlationId,
    inputTokensBound: x.inputTokensEstimate,
    candidates: candidates.map((candidate) => candidate.begin),
    ...(x.plan?.spansModels === true
      ? { candidateModels: candidates.map((candidate) => candidate.endpoint.model) }
      : {}),
  };
}
