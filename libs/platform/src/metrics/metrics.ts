import { timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { WeirConfig } from '../config/index.js';

/** A registry of its own for a process, with Node's figures; metrics are added by whoever measures. */
export function createMetricsRegistry(process: WeirConfig['process']): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Whether a caller may read `/metrics`: by METRICS_TOKEN, or from this machine where none is set. */
export function mayReadMetrics(
  config: Pick<WeirConfig, 'metricsToken'>,
  caller: { readonly authorization: string | undefined; readonly address: string | undefined },
): boolean {
  if (config.metricsToken === null) {
    return /^(127\.|::1$|::ffff:127\.)/.test(caller.address ?? '');
  }
  const given = Buffer.from(caller.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${config.metricsToken}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
