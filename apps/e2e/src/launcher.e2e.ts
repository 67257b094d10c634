import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '@weir/test-kit';

const ROOT = resolve(import.meta.dirname, '../../..');

/** `npm start` as a person runs it, on free ports and a data folder of its own. */
class Launcher {
  output = '';
  readonly process: ChildProcess;
  constructor(env: Record<string, string>) {
    this.process = spawn(process.execPath, [join(ROOT, 'tools/start.mjs')], {
      cwd: ROOT,
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }
  async ready(): Promise<void> {
    await eventually(() => {
      if (this.process.exitCode !== null)
        throw new Error(`npm start ended with ${this.process.exitCode}:\n${this.output}`);
      expect(this.output).toMatch(/Dashboard/i);
      expect(this.output).toMatch(/curl|API key/i);
    }, 90_000);
  }
  async exitCode(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null)
      await once(this.process, 'exit');
    return this.process.exitCode;
  }
  /** kill -9 of the launcher and of every process it started. */
  killEverything(): void {
    for (const pid of descendants(this.process.pid!)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Already gone with its parent.
      }
    }
  }
}

describe('npm start', () => {
  const folders: string[] = [];
  const launchers: Launcher[] = [];
  afterEach(async () => {
    for (const launcher of launchers.splice(0)) {
      launcher.process.kill('SIGTERM');
      await launcher.exitCode();
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const start = (env: Record<string, string>) => {
    const launcher = new Launcher(env);
    launchers.push(launcher);
    return launcher;
  };
  const dataFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-start-'));
    chmodSync(folder, 0o755);
    folders.push(folder);
    return folder;
  };

  it('prints a login, a key and a curl line that works as printed; keeps its data; recovers from kill -9 of everything', async () => {
    const env = { WEIR_DATA_DIR: dataFolder(), ...(await freePorts()) };
    const first = start(env);
    await first.ready();
    const key = /weir-sk-[A-Za-z0-9_-]+/.exec(first.output)?.[0];
    expect(key).toBeDefined();
    const curl = curlLine(first.output);
    expect(await runCurl(curl)).toContain('"choices"');

    first.killEverything();
    await first.exitCode();
    const second = start(env);
    await second.ready();
    expect(second.output).not.toMatch(/weir-sk-[A-Za-z0-9_-]{20,}/);
    expect(await runCurl(curl)).toContain('"choices"');

    second.process.kill('SIGINT');
    expect(await second.exitCode()).toBe(0);
  });

  it('names a busy port in one sentence and exits with an error', async () => {
    const ports = await freePorts();
    const blocker = createServer().listen(Number(ports.WEIR_GATEWAY_PORT), '127.0.0.1');
    await once(blocker, 'listening');
    const launcher = start({ WEIR_DATA_DIR: dataFolder(), ...ports });
    expect(await launcher.exitCode()).not.toBe(0);
    expect(launcher.output).toContain(ports.WEIR_GATEWAY_PORT);
    blocker.close();
  });

  it('names every wrong setting at once and exits with 78', async () => {
    const launcher = start({
      WEIR_DATA_DIR: dataFolder(),
      ...(await freePorts()),
      WEIR_GATEWAY_PORT: 'four thousand',
      WEIR_JOURNAL_SYNC: 'sometimes',
    });
    expect(await launcher.exitCode()).toBe(78);
    expect(launcher.output).toContain('WEIR_GATEWAY_PORT');
    expect(launcher.output).toContain('WEIR_JOURNAL_SYNC');
  });
});

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(WEIR_|DATABASE_URL|REDIS_URL|VITEST|NODE_ENV)/.test(entry[0]),
    ),
  );
}

async function freePorts(): Promise<{
  WEIR_GATEWAY_PORT: string;
  WEIR_CONSOLE_PORT: string;
  WEIR_SANDBOX_PORT: string;
}> {
  const servers = [createServer(), createServer(), createServer()];
  const ports: string[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports.push(String(address.port));
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return {
    WEIR_GATEWAY_PORT: ports[0]!,
    WEIR_CONSOLE_PORT: ports[1]!,
    WEIR_SANDBOX_PORT: ports[2]!,
  };
}

/** The printed command, which may span lines joined by a backslash or box drawing. */
function curlLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^[\s│|]+/, '').replace(/[\s│|]+$/, ''));
  const first = lines.findIndex((line) => line.startsWith('curl '));
  if (first < 0) throw new Error(`no curl line in:\n${output}`);
  let command = '';
  for (let i = first; ; i++) {
    const line = lines[i]!;
    if (!line.endsWith('\\')) return command + line;
    command += `${line.slice(0, -1)} `;
  }
}

async function runCurl(command: string): Promise<string> {
  const shell = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(shell, 'close');
  return output;
}

/** The process and all below it, by /proc. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // The process ended while we looked.
    }
  }
  const all = [pid];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}
