import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { GatewayLimits } from '../limits.js';

/** Long enough that one stall of the machine is not yet a 99th percentile. */
const WINDOW_MS = 5_000;
const HEAP_SHARE_MAX = 0.85;
/** A late loop is ours to mend only while this process itself keeps a core busy. */
const OWN_CPU_SHARE_MIN = 0.7;
const NANO_PER_MS = 1e6;

/**
 * Refuses new requests before the process suffers: too many running, the heap nearly full, or the event loop
 * late by its own work. Running requests are never touched. Heap and delay are looked at per window, not per request.
 */
export class LoadShedder {
  readonly #limits: Pick<GatewayLimits, 'inFlightMax' | 'loopDelayShedMs'>;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #overloaded = false;
  #cpu = process.cpuUsage();
  #lookedAtMs = performance.now();
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

  /** Event-loop delay of the present window, 99th percentile, ms. */
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
    const late = this.loopDelayMs > this.#limits.loopDelayShedMs;
    this.#overloaded = full || (late && this.#ownCpuShare() > OWN_CPU_SHARE_MIN);
    this.#cpu = process.cpuUsage();
    this.#lookedAtMs = performance.now();
    this.#delay.reset();
  }

  /** Cores' worth of CPU this process used in the window: a machine busy with others is no reason to refuse. */
  #ownCpuShare(): number {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) / 1000 / Math.max(1, performance.now() - this.#lookedAtMs);
  }
}
