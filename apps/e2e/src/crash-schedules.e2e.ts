import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';
import { judge, type Produced, type Seen } from './oracle.js';

/**
 * Seeded `kill -9` schedules over the failpoints of the money path (reliability B.2): a failpoint, the n-th time it
 * is reached, a concurrency, streaming or not; every tenth seed kills the gateway again while it recovers.
 * After each schedule the gateway restarts, and the independent oracle joins what the clients saw, what the
 * sandbox produced and what PostgreSQL holds. Replay one with CRASH_SEED=n.
 */
const FAILPOINTS = ['FP1', 'FP2', 'FP3', 'FP4', 'FP5', 'FP6', 'FP7', 'FP8', 'FP9', 'FP10'] as const;
const SCHEDULES = 100;
/** sandbox/chat-large as seeded, nano per million tokens; the oracle checks it against the catalogue below. */
const MODEL = 'sandbox/chat-large';

interface Schedule {
  readonly seed: number;
  readonly failpoint: string;
  readonly nth: number;
  readonly concurrency: number;
  readonly streaming: boolean;
  readonly crashAgain: boolean;
}

function scheduleOf(seed: number): Schedule {
  let state = (seed * 2654435761) >>> 0;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const failpoint = FAILPOINTS[below(FAILPOINTS.length)]!;
  return {
    seed,
    failpoint,
    // Batches are few: a schedule of eight calls may have but one.
    nth: failpoint === 'FP9' || failpoint === 'FP10' ? 1 : 1 + below(12),
    concurrency: 8 + below(25),
    streaming: below(2) === 1,
    crashAgain: seed % 10 === 0,
  };
}

describe('kill -9 of the gateway at every step of a request', () => {
  let stack: Stack;
  let tenant: Tenant;
  let price: { inputNano: bigint; outputNano: bigint };
  const seen: Seen[] = [];
  const produced: Produced[] = [];
  let logRead = 0;

  beforeAll(async () => {
    stack = await startStack();
    const admin = await ConsoleClient.login(
      stack.consoleUrl,
      stack.admin.email,
      stack.admin.password,
    );
    tenant = await createTenant(admin, 'crash', '1000');
    // The sandbox must know each call by our id, so that its log can be held against the bill.
    const providers = await admin.get<{ items: { id: string; slug: string }[] }>(
      '/api/admin/providers',
    );
    const sandbox = providers.items.find((provider) => provider.slug === 'sandbox')!;
    await admin.send('PUT', `/api/admin/providers/${sandbox.id}`, {
      forward_headers: ['x-sandbox-*', 'x-request-id'],
    });
    const { items } = await tenant.console.get<{
      items: { id: string; price: { input: string; output: string } | null }[];
    }>('/api/models?limit=100');
    const listed = items.find((model) => model.id === MODEL)!.price!;
    price = { inputNano: nano(listed.input), outputNano: nano(listed.output) };
  });
  afterAll(() => stack?.stop());

  const seeds = process.env['CRASH_SEED']
    ? [Number(process.env['CRASH_SEED'])]
    : Array.from({ length: SCHEDULES }, (_, i) => i + 1);
  // Ten schedules share a test, so that a failure names its seed and the report stays short.
  for (let first = 0; first < seeds.length; first += 10) {
    const group = seeds.slice(first, first + 10);
    it(`keeps every promise for seeds ${group[0]}–${group.at(-1)}`, async () => {
      for (const seed of group) await runSchedule(scheduleOf(seed));
    });
  }

  it.runIf(seeds.length === SCHEDULES)(
    'really killed it at every failpoint, in recovery too',
    () => {
      // A point says its name just before it kills.
      const said = [...stack.gateways[0]!.output.matchAll(/^failpoint (\S+)$/gm)].map(
        (match) => match[1]!,
      );
      expect([...new Set(said)].sort()).toEqual([...FAILPOINTS, 'recovery-settled'].sort());
      expect(said.length).toBeGreaterThan(SCHEDULES * 0.6);
    },
  );

  async function runSchedule(schedule: Schedule): Promise<void> {
    const gateway = stack.gateways[0]!;
    await gateway.restart({
      FAILPOINTS: '1',
      WEIR_FAILPOINT: `${schedule.failpoint}:${schedule.nth}:kill`,
    });
    const calls = Array.from({ length: schedule.concurrency }, (_, i) =>
      callOnce(gateway.url, schedule, i),
    );
    seen.push(...(await Promise.all(calls)));
    await gateway.kill('SIGKILL');
    if (schedule.crashAgain) {
      await gateway.start(
        { FAILPOINTS: '1', WEIR_FAILPOINT: 'recovery-settled:1:kill' },
        { waitUntil: 'exit-or-ready' },
      );
      await gateway.kill('SIGKILL');
    }
    await gateway.start({});
    await eventually(async () => {
      const broken = await judge({
        databaseUrl: stack.databaseUrl,
        seen,
        produced: await producedBySandbox(),
        price,
      });
      if (broken.length > 0)
        throw new Error(`seed ${schedule.seed} ${JSON.stringify(schedule)}\n${broken.join('\n')}`);
    }, 15_000);
  }

  async function callOnce(url: string, schedule: Schedule, index: number): Promise<Seen> {
    const requestId = `crash-${schedule.seed}-${index}-${crypto.randomUUID().slice(0, 8)}`;
    const outcome = {
      requestId,
      key: tenant.key.id,
      complete: false,
      status: null as number | null,
    };
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tenant.key.secret}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
          'x-sandbox-chunk-delay-ms': '2',
          'x-sandbox-delay-ms': '5',
        },
        body: JSON.stringify({
          model: MODEL,
          max_tokens: 150,
          stream: schedule.streaming,
          messages: [{ role: 'user', content: `Schedule ${schedule.seed}, call ${index}.` }],
        }),
        signal: AbortSignal.timeout(20_000),
      });
      outcome.status = response.status;
      const text = await response.text();
      outcome.complete = schedule.streaming
        ? text.trimEnd().endsWith('[DONE]')
        : text.trimEnd().endsWith('}');
    } catch {
      // The gateway was killed under this call: what the client has is an open end, which is the point.
    }
    return outcome;
  }

  /** Everything the sandbox produced; its log is read in pages and kept. */
  async function producedBySandbox(): Promise<Produced[]> {
    for (;;) {
      const response = await fetch(`${stack.sandboxUrl}/_sandbox/log?since=${logRead}`);
      const page = (await response.json()) as {
        entries: (Omit<Produced, 'id'> & { requestId: string | null })[];
        next: number;
      };
      if (page.entries.length === 0) return produced;
      logRead = page.next;
      produced.push(...page.entries.map((entry) => ({ ...entry, id: entry.requestId ?? '' })));
    }
  }
});

/** "2.50" → nano. */
function nano(decimal: string): bigint {
  const [whole, fraction = ''] = decimal.split('.');
  return BigInt(whole!) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
