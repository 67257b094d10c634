import { Registry } from 'prom-client';
import type { WeirConfig } from '../config/index.js';
/** A registry of its own for a process, with Node's figures; metrics are added by whoever measures. */
export declare function createMetricsRegistry(process: WeirConfig['process']): Registry;
/** Whether a caller may read `/metrics`: by METRICS_TOKEN, or from this machine where none is set. */
export declare function mayReadMetrics(config: Pick<WeirConfig, 'metricsToken'>, caller: {
    readonly authorization: string | undefined;
    readonly address: string | undefined;
}): boolean;
