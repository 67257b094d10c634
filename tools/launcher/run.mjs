// The start itself, in order: build, settings, lock, ports, PostgreSQL, migrations and first admin, the four applications.
// Stopping goes the other way about: gateway first, for its last requests need everyone else; PostgreSQL last.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderBox } from './box.mjs';
import { ensureBuilt } from './build.mjs';
import { Child } from './child.mjs';
import { checkDatabase, EmbeddedDatabase, runProgram } from './database.mjs';
import {
  checkPorts,
  endLeftovers,
  lockDataDir,
  prepareFolder,
  rememberProcesses,
  StartError,
} from './preflight.mjs';

/** A gateway lets its streams end, 15 min at most; the others have nothing that lasts. */
const GATEWAY_STOP_MS = 16 * 60_000;
const STOP_MS = 20_000;
const LOG_TRIM_MS = 60_000;

/** Runs Weir until it is told to stop, then ends the process. */
export async function run() {
  // Node's remarks on its own experimental parts are not for the operator.
  process.removeAllListeners('warning');
  const startedAt = performance.now();
  await ensureBuilt();
  const { loadConfigOrExit, EXIT_CONFIG } =
    await import('../../libs/platform/dist/config/index.js');
  const config = loadConfigOrExit('tools');
  const weir = new Installation(config);
  const stop = (code) => weir.stop().then(() => process.exit(code));
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) return void weir.killNow();
      console.log('\nStopping … (once more to stop at once)');
      void stop(0);
    });
  }
  try {
    const login = await weir.start();
    if (signals > 0) return;
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(
      renderBox({
        ...weir.addresses,
        login,
        seconds,
        logDir: weir.logDir,
        sandbox: config.sandbox,
      }),
    );
    weir.forgetLogin();
  } catch (error) {
    if (signals > 0) return;
    const isOperators = error instanceof StartError || error.name === 'ConfigError';
    console.error(isOperators ? error.message : error);
    await stop(error.name === 'ConfigError' ? EXIT_CONFIG : Number(error.exitCode) || 1);
  }
}

class Installation {
  #children = new Map();
  #database = null;
  #databaseStart = null;
  #lock = null;
  #stopped = null;

  constructor(config) {
    this.config = config;
    this.logDir = join(config.dataDir, 'logs');
    this.loginFile = join(config.dataDir, 'first-login.json');
  }

  /** Starts everything; returns the login to show. */
  async start() {
    const { config } = this;
    await prepareFolder(config.dataDir, this.logDir);
    this.#lock = await lockDataDir(config.dataDir);
    const { startEmbeddedPostgres, isAlive } =
      await import('../../libs/platform/dist/embedded-postgres/index.js');
    await endLeftovers(config.dataDir, isAlive);
    await checkPorts(config.host, this.#servers());
    if (config.redisUrl !== null) {
      const { assertRedisKeepsJobs } = await import('../../libs/platform/dist/index.js');
      await assertRedisKeepsJobs(config);
    }
    const sandbox = config.sandbox
      ? this.#add('sandbox', { ...process.env, WEIR_HOST: '127.0.0.1' })
      : null;
    const sandboxReady = sandbox?.start();
    // Looked at below; until then its failure is nobody's.
    sandboxReady?.catch(() => undefined);
    if (config.databaseUrl === null) {
      this.#databaseStart = EmbeddedDatabase.start(startEmbeddedPostgres, config.dataDir);
      this.#database = await this.#databaseStart;
    } else {
      await checkDatabase(config.databaseUrl);
    }
    await sandboxReady;
    const env = this.#environment();
    if (sandbox) {
      env.WEIR_SANDBOX_PORT = String(sandbox.port);
      env.UPSTREAM_ALLOW = [`127.0.0.1:${sandbox.port}`, ...config.upstreamAllow].join(',');
    }
    this.#goOn();
    const login = await this.#bootstrap(env);
    this.#goOn();
    const gateway = this.#add('gateway', env, GATEWAY_STOP_MS);
    const gatewayReady = gateway.start();
    const rest = [this.#add('worker', env).start()];
    for (const start of [gatewayReady, ...rest]) start.catch(() => undefined);
    if (config.gatewayPort === 0) {
      await gatewayReady;
      env.WEIR_GATEWAY_URL ??= `http://127.0.0.1:${gateway.port}`;
    }
    rest.push(this.#add('console', { ...env }).start());
    await Promise.all([gatewayReady, ...rest]);
    setInterval(() => {
      for (const child of this.#children.values()) child.trimLog();
    }, LOG_TRIM_MS).unref();
    return login;
  }

  /** Where people and programs reach the servers, with the ports that the kernel chose. */
  get addresses() {
    const { config } = this;
    const port = (name) => this.#children.get(name)?.port;
    return {
      publicUrl:
        config.consolePort === 0 ? `http://localhost:${port('console')}` : config.publicUrl,
      gatewayUrl:
        config.gatewayPort === 0 ? `http://127.0.0.1:${port('gateway')}` : config.gatewayUrl,
    };
  }

  /** The one-time secrets have been shown. */
  forgetLogin() {
    rmSync(this.loginFile, { force: true });
  }

  stop() {
    this.#stopped ??= this.#stopInOrder();
    return this.#stopped;
  }

  killNow() {
    for (const child of this.#children.values()) child.killNow();
  }

  /** Ctrl-C may come while things start: nothing more is started then. */
  #goOn() {
    if (this.#stopped) throw new StartError('Stopped while starting.');
  }

  async #stopInOrder() {
    for (const name of ['gateway', 'worker', 'console', 'sandbox'])
      await this.#children.get(name)?.stop();
    // It may be just coming up; left alone it would outlive us. Its failure to start was told already.
    const database = await this.#databaseStart?.catch(() => null);
    await database?.stop();
    this.#lock?.close();
  }

  #servers() {
    const { config } = this;
    return [
      { name: 'gateway', setting: 'WEIR_GATEWAY_PORT', port: config.gatewayPort },
      { name: 'console', setting: 'WEIR_CONSOLE_PORT', port: config.consolePort },
      ...(config.sandbox
        ? [{ name: 'sandbox', setting: 'WEIR_SANDBOX_PORT', port: config.sandboxPort }]
        : []),
    ];
  }

  #environment() {
    const { config } = this;
    const env = { ...process.env, WEIR_DATA_DIR: config.dataDir };
    if (this.#database)
      Object.assign(env, { DATABASE_URL: this.#database.url, WEIR_EMBEDDED: '1' });
    return env;
  }

  #add(name, env, stopWithinMs = STOP_MS) {
    const child = new Child({
      name,
      env,
      logDir: this.logDir,
      stopWithinMs,
      onChange: () => {
        const pids = [...this.#children.values()].map(({ pid }) => pid);
        rememberProcesses(this.config.dataDir, pids);
      },
    });
    this.#children.set(name, child);
    return child;
  }

  /**
   * Makes the first admin, once. Its password and key are printed only when everything runs, so until then they wait
   * in a file: a start that fails or is killed in between must not lose them.
   */
  async #bootstrap(env) {
    const output = await runProgram(
      'apps/console/dist/bootstrap.js',
      env,
      'Preparing the database',
    );
    const line = output.trim().split('\n').at(-1) ?? '';
    const login = JSON.parse(line);
    if (login.firstStart) {
      writeFileSync(this.loginFile, line, { mode: 0o600 });
      return login;
    }
    try {
      return { ...login, ...JSON.parse(readFileSync(this.loginFile, 'utf8')) };
    } catch {
      // ENOENT: they were shown.
      return login;
    }
  }
}
