import { timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
/** A registry of its own for a process, with Node's figures; metrics are added by whoever measures. */
export function createMetricsRegistry(process) {
    const registry = new Registry();
    registry.setDefaultLabels({ process });
    collectDefaultMetrics({ register: registry });
    return registry;
}
/** Whether a caller may read `/metrics`: by METRICS_TOKEN, or from this machine where none is set. */
export function mayReadMetrics(config, caller) {
    if (config.metricsToken === null) {
        return /^(127\.|::1$|::ffff:127\.)/.test(caller.address ?? '');
    }
    const given = Buffer.from(caller.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${config.metricsToken}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
}
//# sourceMappingURL=metrics.js.map