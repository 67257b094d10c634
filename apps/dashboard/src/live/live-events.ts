import type { ServerToClientEvents } from '@weir/contracts';

/** Events that stores may hear; the connection itself consumes the others. */
export type LiveEventName = Exclude<keyof ServerToClientEvents, 'welcome' | 'snapshot' | 'paused'>;
/** What an event carries. */
export type LivePayload<E extends LiveEventName> = Parameters<ServerToClientEvents[E]>[0];

type Hearers = { [E in LiveEventName]?: Set<(payload: LivePayload<E>) => void> };

/** A typed notice board: who hears an event is called when it is emitted. */
export class LiveEvents {
  private readonly hearers: Hearers = {};

  /** Returns the way to stop hearing. */
  on<E extends LiveEventName>(name: E, hear: (payload: LivePayload<E>) => void): () => void {
    const set: Set<(payload: LivePayload<E>) => void> = this.hearers[name] ?? new Set();
    this.hearers[name] = set;
    set.add(hear);
    return () => set.delete(hear);
  }

  emit<E extends LiveEventName>(name: E, payload: LivePayload<E>): void {
    const set: Set<(payload: LivePayload<E>) => void> | undefined = this.hearers[name];
    for (const hear of set ?? []) hear(payload);
  }
}
