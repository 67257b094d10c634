import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const READY_WITHIN_MS = 40_000;
const OUTPUT_CHARACTERS_MAX = 200_000;

/** A built application that can be spawned. */
export type AppName = 'gateway' | 'console' | 'worker' | 'sandbox';

/**
 * A built application as a process of its own, as the launcher runs it: an IPC channel, `{type: 'ready', port}` when
 * it listens, an end when the channel closes.
 */
export class AppProcess {
  #child: ChildProcess | null = null;
  #output = '';
  /** Port it listened on last; used again at the next start, so that clients find it. */
  port = 0;

  constructor(
    readonly name: AppName,
    private readonly env: Readonly<Record<string, string>>,
    private readonly portSetting: string | null,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it printed, newest last. */
  get output(): string {
    return this.#output;
  }

  /**
   * Starts it and waits until it is ready. `exit-or-ready` also accepts that it ends first, as a failpoint may have it.
   *
   * @throws with its output when it ends before it is ready
   */
  async start(
    extraEnv: Readonly<Record<string, string>> = {},
    options: { waitUntil?: 'ready' | 'exit-or-ready' } = {},
  ): Promise<void> {
    const main = join(ROOT, 'apps', this.name, 'dist/main.js');
    if (!existsSync(main))
      throw new Error(`${this.name} is not built: run "npm run build" first (npm test does).`);
    const port = this.portSetting ? { [this.portSetting]: String(this.port) } : {};
    const child = fork(main, {
      env: { ...systemEnv(), ...this.env, ...port, ...extraEnv },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--max-semi-space-size=64'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on(
        'data',
        (chunk: Buffer) =>
          (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_CHARACTERS_MAX)),
      );
    }
    const outcome = await Promise.race([ready(child), ended(child), late()]);
    if (typeof outcome === 'number') this.port = outcome;
    else if (outcome === 'late' || options.waitUntil !== 'exit-or-ready') {
      await this.kill('SIGKILL');
      throw new Error(
        `${this.name} did not get ready (${outcome}):\n${this.#output.slice(-4_000)}`,
      );
    }
  }

  /** Sends a signal and waits for the end. Harmless when it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || !this.running) return;
    const end = once(child, 'exit');
    child.kill(signal);
    await end;
  }

  /** Ends it gracefully and starts it again. */
  async restart(extraEnv: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.kill('SIGTERM');
    await this.start(extraEnv);
  }
}

function ready(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && 'type' in message && message.type === 'ready') {
        resolve('port' in message && typeof message.port === 'number' ? message.port : 0);
      }
    });
  });
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended with ${String(code ?? signal)}`));
  });
}

function late(): Promise<'late'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('late'), READY_WITHIN_MS).unref();
  });
}

/** The environment without settings of Weir and of the test runner. */
function systemEnv(): Record<string, string> {
  const keep = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ', 'SystemRoot', 'TEMP'];
  return Object.fromEntries(
    keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
