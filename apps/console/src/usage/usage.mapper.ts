import type { UsageDaily } from '@weir/contracts';
import type { MeasureRow } from './usage.repository.js';

type Measures = Omit<UsageDaily['days'][number], 'date'>;

/** Sums as the API shows them. Total tokens are all prompt classes and the output; reasoning is part of the output. */
export function toMeasures(row: MeasureRow): Measures {
  const classes = {
    input_tokens: Number(row.input_tokens),
    output_tokens: Number(row.output_tokens),
    cache_read_tokens: Number(row.cache_read_tokens),
    cache_write_5m_tokens: Number(row.cache_write_5m_tokens),
    cache_write_1h_tokens: Number(row.cache_write_1h_tokens),
  };
  const requests = Number(row.requests);
  const successful = Number(row.successful_requests);
  return {
    requests,
    successful_requests: successful,
    failed_requests: requests - successful,
    ...classes,
    reasoning_tokens: Number(row.reasoning_tokens),
    total_tokens: Object.values(classes).reduce((sum, tokens) => sum + tokens, 0),
    effective_tokens: Number(row.effective_tokens),
    cost: row.cost,
  };
}
