import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';

/** A Lua script and what the server knows it by. */
export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

export interface RedisLinkInput {
  readonly url: string;
  /** Deadline of one command, ms; default 500. */
  readonly commandMs?: number;
  /** While it is away it is asked this often, ms; default 1,000. */
  readonly probeMs?: number;
  /** It came (true) or went (false). */
  readonly onChange?: (up: boolean) => void;
}

/** Redis is not there, or did not answer in time. */
export class RedisAwayError extends Error {}

const COMMAND_MS = 500;
const PROBE_MS = 1_000;
const CONNECT_MS = 2_000;
const PROBE_KEY = 'weir:link:probe';

/** Prepares a script: call it once, at load. */
export function redisScript(lua: string): RedisScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * A connection to a Redis that may go away at any time. Every command has a deadline; the first one that misses it
 * makes the link `down`, so that the requests after it do not wait too, and a probe looks for its return. Nothing is
 * queued while it is away.
 */
export class RedisLink {
  readonly #client: Redis;
  readonly #onChange: (up: boolean) => void;
  readonly #probe: NodeJS.Timeout;
  #up = false;
  #probing = false;
  #generation = 0;

  constructor(input: RedisLinkInput) {
    const probeMs = input.probeMs ?? PROBE_MS;
    this.#onChange = input.onChange ?? (() => undefined);
    this.#client = new Redis(input.url, {
      connectTimeout: CONNECT_MS,
      commandTimeout: input.commandMs ?? COMMAND_MS,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: () => probeMs,
    });
    this.#client.on('ready', () => {
      void this.#look();
    });
    this.#client.on('close', () => {
      this.#set(false);
    });
    // ECONNREFUSED and the like; 'close' follows, and that is what counts.
    this.#client.on('error', () => undefined);
    this.#probe = setInterval(() => {
      if (!this.#up) void this.#look();
    }, probeMs);
    this.#probe.unref();
  }

  /** Whether it answered last. */
  get up(): boolean {
    return this.#up;
  }

  /** How often it has come: what it held before may be gone. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Runs a script in one round trip, two the first time.
   *
   * @throws RedisAwayError when there is no answer within the deadline; the script may have run all the same
   */
  async run(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    if (!this.#up) throw new RedisAwayError('Redis is away.');
    try {
      return await this.#evaluate(script, keys, values);
    } catch (error) {
      this.#set(false);
      throw new RedisAwayError('Redis does not answer.', { cause: error });
    }
  }

  /** Ends the connection. */
  close(): void {
    clearInterval(this.#probe);
    this.#client.disconnect();
  }

  async #evaluate(
    { lua, sha }: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await this.#client.evalsha(sha, keys.length, ...keys, ...values);
    } catch (error) {
      // A server that has not seen the script since its start.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#client.eval(lua, keys.length, ...keys, ...values);
    }
  }

  async #look(): Promise<void> {
    if (this.#probing || this.#client.status !== 'ready') return;
    this.#probing = true;
    try {
      // A write, not a PING: a server that is full or read-only is of no use here.
      await this.#client.set(PROBE_KEY, '1', 'PX', PROBE_MS);
      this.#set(true);
    } catch {
      // Still away: looked for again by the probe.
    } finally {
      this.#probing = false;
    }
  }

  #set(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    if (up) this.#generation += 1;
    this.#onChange(up);
  }
}
