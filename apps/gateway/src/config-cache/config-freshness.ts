/**
 * How sure this process is that its cached configuration is the database's.
 *
 * While LISTEN works, or a poll or a beat shows the sequence we know, configuration is current. When none of
 * them answers, entries serve `staleMs` longer and then nothing is served: a revoked key must not outlive a
 * partition. `sequence` is `config_version.seq`, which every change raises.
 */
export class ConfigFreshness {
  #confirmedAtMs: number;
  #sequence: bigint | null = null;
  #noticesSinceSequence = 0;
  readonly #staleMs: number;

  constructor(nowMs: number, staleMs: number) {
    this.#confirmedAtMs = nowMs;
    this.#staleMs = staleMs;
  }

  /** LISTEN's heartbeat was answered. */
  listening(nowMs: number): void {
    this.#confirmedAtMs = nowMs;
  }

  /** A change was announced and acted upon. */
  noticed(): void {
    this.#noticesSinceSequence += 1;
  }

  /**
   * A beat or a poll reported the sequence. Answers whether changes went by unnoticed, in which case the
   * caller drops everything it has cached: a change we cannot name may concern any of it.
   */
  sequenceSeen(sequence: bigint, nowMs: number): boolean {
    const before = this.#sequence;
    const missed =
      before !== null &&
      sequence !== before &&
      sequence - before !== BigInt(this.#noticesSinceSequence);
    this.#sequence = sequence;
    this.#noticesSinceSequence = 0;
    this.#confirmedAtMs = nowMs;
    return missed;
  }

  /** Whether cached entries may still serve. */
  mayServe(nowMs: number): boolean {
    return nowMs - this.#confirmedAtMs <= this.#staleMs;
  }
}
