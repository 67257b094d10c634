import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
const ROOT = resolve(import.meta.dirname, '../../..');
const READY_WITHIN_MS = 40_000;
const OUTPUT_CHARACTERS_MAX = 200_000;
/**
 * A built application as a process of its own, as the launcher runs it: an IPC channel, `{type: 'ready', port}` when
 * it listens, an end when the channel closes.
 */
export class AppProcess {
    name;
    env;
    portSetting;
    #child = null;
    #output = '';
    /** Port it listened on last; used again at the next start, so that clients find it. */
    port = 0;
    constructor(name, env, portSetting) {
        this.name = name;
        this.env = env;
        this.portSetting = portSetting;
    }
    get url() {
        return `http://127.0.0.1:${String(this.port)}`;
    }
    get pid() {
        const pid = this.#child?.pid;
        if (pid === undefined)
            throw new Error(`${this.name} does not run`);
        return pid;
    }
    get running() {
        return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
    }
    /** What it printed, newest last. */
    get output() {
        return this.#output;
    }
    /**
     * Starts it and waits until it is ready. `exit-or-ready` also accepts that it ends first, as a failpoint may have it.
     *
     * @throws with its output when it ends before it is ready
     */
    async start(extraEnv = {}, options = {}) {
        const main = join(ROOT, 'apps', this.name, 'dist/main.js');
        if (!existsSync(main))
            throw new Error(`${this.name} is not built: run "npm run build" first (npm test does).`);
        const port = this.portSetting ? { [this.portSetting]: String(this.port) } : {};
        const child = fork(main, {
            env: { ...systemEnv(), ...this.env, ...port, ...extraEnv },
            stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
            execArgv: [],
        });
        this.#child = child;
        for (const stream of [child.stdout, child.stderr]) {
            stream?.on('data', (chunk) => (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_CHARACTERS_MAX)));
        }
        const outcome = await Promise.race([ready(child), ended(child), late()]);
        if (typeof outcome === 'number')
            this.port = outcome;
        else if (outcome === 'late' || options.waitUntil !== 'exit-or-ready') {
            await this.kill('SIGKILL');
            throw new Error(`${this.name} did not get ready (${outcome}):\n${this.#output.slice(-4_000)}`);
        }
    }
    /** Sends a signal and waits for the end. Harmless when it has ended. */
    async kill(signal = 'SIGTERM') {
        const child = this.#child;
        if (!child || !this.running)
            return;
        const end = once(child, 'exit');
        child.kill(signal);
        await end;
    }
    /** Ends it gracefully and starts it again. */
    async restart(extraEnv = {}) {
        await this.kill('SIGTERM');
        await this.start(extraEnv);
    }
}
function ready(child) {
    return new Promise((resolve) => {
        child.on('message', (message) => {
            if (typeof message === 'object' && 'type' in message && message.type === 'ready') {
                resolve('port' in message && typeof message.port === 'number' ? message.port : 0);
            }
        });
    });
}
function ended(child) {
    return new Promise((resolve) => {
        child.once('exit', (code, signal) => resolve(`ended with ${String(code ?? signal)}`));
    });
}
function late() {
    return new Promise((resolve) => {
        setTimeout(() => resolve('late'), READY_WITHIN_MS).unref();
    });
}
/** The environment without settings of Weir and of the test runner. */
function systemEnv() {
    const keep = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ', 'SystemRoot', 'TEMP'];
    return Object.fromEntries(keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
//# sourceMappingURL=app-process.js.map