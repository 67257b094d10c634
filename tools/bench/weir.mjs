// Weir whole, as the bench measures it: the stack of the test-kit with the gateway on core 0 and a provider
// that is the bench's own upstream.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, cpus, setPriority } from 'node:os';
import { startStack } from '@weir/test-kit';

const require = createRequire(new URL('../../libs/data/package.json', import.meta.url));
const pg = require('pg');

/** Starts everything; returns the gateway's pid and port, a key, and ways to ask what was settled. */
export async function startWeir(upstreamPort, env = {}) {
  const stack = await startStack({
    env: { ...env, UPSTREAM_ALLOW: `127.0.0.1:${upstreamPort}`, LOG_LEVEL: 'warn' },
  });
  const call = async (method, path, token, body) => {
    const response = await fetch(stack.consoleUrl + path, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const { access_token: token } = await call('POST', '/api/auth/login', null, {
    email: stack.admin.email,
    password: stack.admin.password,
  });
  const provider = await call('POST', '/api/admin/providers', token, {
    slug: 'bench',
    name: 'Bench upstream',
    kind: 'openai',
    base_url: `http://127.0.0.1:${upstreamPort}/v1`,
    credential: 'bench-credential',
  });
  await call('POST', '/api/admin/models', token, {
    id: 'bench',
    name: 'Bench',
    kind: 'chat',
    context_tokens: 128000,
    output_tokens_max: 16384,
  });
  await call('POST', '/api/admin/endpoints', token, {
    provider: provider.id,
    model: 'bench',
    upstream_model: 'bench',
  });
  await call('POST', '/api/admin/prices', token, { model: 'bench', input: '0.50', output: '1.50' });
  const me = await call('GET', '/api/me', token);
  await call('POST', `/api/admin/accounts/${me.account.id}/credits`, token, {
    amount: '1000000',
    note: 'bench',
  });
  const key = await call('POST', '/api/keys', token, { label: 'bench' });
  const gateway = stack.gateways[0];
  pinAll(gateway.pid, 0);
  return {
    pid: gateway.pid,
    port: Number(new URL(gateway.url).port),
    key: key.secret,
    databaseUrl: stack.databaseUrl,
    /** What the gateway said last, for when something fails. */
    output: () => gateway.output.slice(-2_000),
    stop: () => stack.stop(),
    pinRest: async () => {
      const rest = stack.pids.filter((pid) => pid !== gateway.pid);
      for (const pid of [...rest, ...(await postgresPids(stack.databaseUrl))]) {
        pinAll(pid, 1);
        yieldToLoad(pid);
      }
    },
    /** Ended requests that PostgreSQL has not confirmed. */
    unsettled: async () => {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(/^weir_unsettled_requests (\d+)$/m.exec(text)?.[1] ?? 0);
    },
  };
}

/** Whether contestants can have a core to themselves here. */
export const canPin = process.platform === 'linux' && cpus().length >= 2 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Pins a process and its threads to one core. */
export function pinAll(pid, core) {
  if (!canPin) return;
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

/** Load and upstream go first on the core they share with what stands behind the gateway. */
function yieldToLoad(pid) {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // ESRCH: a backend that ended since.
  }
}

/** PostgreSQL's first process and all its children, seen from one of its backends. */
async function postgresPids(databaseUrl) {
  if (process.platform !== 'linux') return [];
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const parent = parentOf(rows[0].pid);
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    return [parent, ...all.filter((pid) => parentOf(pid) === parent)];
  } finally {
    await client.end();
  }
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // The process ended while the list was read.
    return 0;
  }
}
