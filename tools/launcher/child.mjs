// One application under the launcher's care: started, waited for, started again when it dies, stopped.
import { fork } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../install.mjs';
import { StartError } from './preflight.mjs';

const READY_WITHIN_MS = 60_000;
const BACK_OFF_MS_MIN = 500;
const BACK_OFF_MS_MAX = 10_000;
/** After so long without a fault the next one is again the first. */
const STEADY_MS = 60_000;
const LOG_BYTES_MAX = 20 * 1024 * 1024;
const SHOWN_BYTES = 4_000;

/** A supervised application. */
export class Child {
  #process = null;
  #stopping = false;
  #backOffMs = BACK_OFF_MS_MIN;
  #ended = Promise.resolve();

  /** `onChange` is told whenever the process id changed. */
  constructor({ name, env, logDir, stopWithinMs, onChange }) {
    this.name = name;
    this.env = env;
    this.stopWithinMs = stopWithinMs;
    this.onChange = onChange;
    this.logFile = join(logDir, `${name}.log`);
    this.port = null;
  }

  get pid() {
    return this.#process?.pid;
  }

  /** Starts it and resolves when it serves. @throws StartError with its own words when it ends instead */
  async start() {
    rotate(this.logFile);
    const from = existsSync(this.logFile) ? statSync(this.logFile).size : 0;
    const outcome = await this.#launch();
    if (outcome.ready) return;
    this.#stopping = true;
    this.#process?.kill('SIGKILL');
    const words = readFrom(this.logFile, from).trim();
    const why =
      outcome.code === null ? 'did not get ready in time' : `ended with code ${outcome.code}`;
    throw new StartError(`The ${this.name} ${why}.${words ? `\n${words}` : ''}`, outcome.code || 1);
  }

  /** Ends it gently, after its time by force. */
  async stop() {
    this.#stopping = true;
    this.#process?.kill('SIGTERM');
    const late = delay(this.stopWithinMs, 'late', { ref: false });
    if ((await Promise.race([this.#ended, late])) === 'late') {
      this.#process?.kill('SIGKILL');
      await this.#ended;
    }
  }

  /** Ends it at once. */
  killNow() {
    this.#stopping = true;
    this.#process?.kill('SIGKILL');
  }

  #launch() {
    const log = openSync(this.logFile, 'a', 0o600);
    const child = fork(join(ROOT, 'apps', this.name, 'dist/main.js'), {
      cwd: ROOT,
      env: this.env,
      stdio: ['ignore', log, log, 'ipc'],
      // A young generation of 64 MB: most of what a request allocates dies before the next collection.
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'],
    });
    closeSync(log);
    this.#process = child;
    this.onChange();
    const startedAt = performance.now();
    return new Promise((done) => {
      const timer = setTimeout(() => done({ ready: false, code: null }), READY_WITHIN_MS);
      let wasReady = false;
      child.on('message', (message) => {
        if (message?.type !== 'ready') return;
        wasReady = true;
        clearTimeout(timer);
        if (typeof message.port === 'number') this.port = message.port;
        done({ ready: true });
      });
      this.#ended = new Promise((over) => {
        child.once('exit', (code, signal) => {
          clearTimeout(timer);
          over();
          done({ ready: false, code: code ?? signal });
          if (wasReady && !this.#stopping) void this.#revive(signal ?? `code ${code}`, startedAt);
        });
      });
    });
  }

  /** Money waits in the journal and the queue for this process: it must come back, whatever felled it. */
  async #revive(cause, startedAt) {
    if (performance.now() - startedAt > STEADY_MS) this.#backOffMs = BACK_OFF_MS_MIN;
    for (let last = cause; !this.#stopping;) {
      console.error(
        `The ${this.name} ended unexpectedly (${last}); starting it again. Its log: ${this.logFile}`,
      );
      await delay(this.#backOffMs);
      this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS_MAX);
      if (this.#stopping) return;
      const outcome = await this.#launch();
      if (outcome.ready) return;
      this.#process?.kill('SIGKILL');
      last = outcome.code ?? 'not ready in time';
    }
  }

  /** Keeps the log from growing without end. The process appends, so cutting the file under it is safe. */
  trimLog() {
    if (!existsSync(this.logFile) || statSync(this.logFile).size < LOG_BYTES_MAX) return;
    copyFileSync(this.logFile, `${this.logFile}.1`);
    truncateSync(this.logFile);
  }
}

function rotate(file) {
  if (!existsSync(file) || statSync(file).size < LOG_BYTES_MAX) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

function readFrom(file, position) {
  const size = statSync(file).size;
  const start = Math.max(position, size - SHOWN_BYTES);
  const buffer = Buffer.alloc(size - start);
  const handle = openSync(file, 'r');
  readSync(handle, buffer, 0, buffer.length, start);
  closeSync(handle);
  return buffer.toString();
}
