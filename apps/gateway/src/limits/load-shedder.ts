import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { GatewayLimits } from '../limits.js';

const WINDOW_MS = 1_000;
const HEAP_SHARE_MAX = 0.85;
const NANO_PER_MS = 1e6;

/**
 * Refuses new requests before the process suffers: too many running, the heap nearly full, or the event loop
 * late. Running requests are never touched. Heap and delay are looked at once a second, not per request.
 */
export class LoadShedder {
  readonly #limits: Pick<GatewayLimits, 'inFlightMax' | 'loopDelayShedMs'>;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #overloaded = false;
  /** Set on shutdown: nothing new is taken. */
  draining = false;

  constructor(limits: Pick<GatewayLimits, 'inFlightMax' | 'loopDelayShedMs'>) {
    this.#limits = limits;
    this.#delay = monitorEventLoopDelay({ resolution: 20 });
    this.#delay.enable();
    this.#timer = setInterval(() => {
      this.#look();
    }, WINDOW_MS);
    this.#timer.unref();
  }

  /** Whether a new request is refused while `running` are. */
  sheds(running: number): boolean {
    return this.#overloaded || this.draining || running >= this.#limits.inFlightMax;
  }

  /** Event-loop delay of the last second, 99th percentile, ms. */
  get loopDelayMs(): number {
    return this.#delay.percentile(99) / NANO_PER_MS;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #look(): void {
    const heap = getHeapStatistics();
    const full = heap.used_heap_size / heap.heap_size_limit > HEAP_SHARE_MAX;
    this.#overloaded = full || this.loopDelayMs > this.#limits.loopDelayShedMs;
    this.#delay.reset();
  }
}
