// The database of a start: the operator's, or the embedded one with an eye on it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ROOT } from '../install.mjs';
import { StartError } from './preflight.mjs';

const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 10_000;

/** Keeps an embedded PostgreSQL running on one port until it is told to stop. */
export class EmbeddedDatabase {
  #server;
  #stopping = false;

  static async start(startEmbeddedPostgres, dataDir) {
    const database = new EmbeddedDatabase();
    const folder = join(dataDir, 'postgres');
    try {
      database.#server = await startEmbeddedPostgres({ dataDir: folder });
    } catch (error) {
      throw new StartError(error.message);
    }
    const { port } = database.#server;
    void database.#watch(() => startEmbeddedPostgres({ dataDir: folder, port }));
    return database;
  }

  get url() {
    return this.#server.url;
  }

  async stop() {
    this.#stopping = true;
    await this.#server.stop();
  }

  async #watch(startAgain) {
    let waitMs = RETRY_MS_MIN;
    for (;;) {
      await this.#server.ended;
      if (this.#stopping) return;
      console.error('PostgreSQL ended unexpectedly; starting it again.');
      for (let running = false; !running && !this.#stopping;) {
        await delay(waitMs);
        try {
          this.#server = await startAgain();
          running = true;
          waitMs = RETRY_MS_MIN;
        } catch (error) {
          console.error(error.message);
          waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
        }
      }
      if (this.#stopping) await this.#server.stop();
    }
  }
}

/** Checks that the operator's PostgreSQL answers. @throws StartError in one sentence, without its password */
export async function checkDatabase(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const reason = error.message || error.code || 'no answer';
    throw new StartError(
      `PostgreSQL at ${new URL(url).host} cannot be used: ${reason}. Check DATABASE_URL.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs one of our programs to its end and returns what it printed. @throws StartError with its words */
export function runProgram(file, env, what, options = []) {
  return new Promise((done, failed) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(ROOT, file), ...options],
      {
        cwd: ROOT,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    let words = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (words += chunk));
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done(output);
      else failed(new StartError(`${what} failed: ${(words || output).trim()}`, code ?? 1));
    });
  });
}
