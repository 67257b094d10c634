// `npm run bench`: P1, P2 and P3 of the performance goals, on this machine, in a few minutes. Contestants alternate
// and only ratios of one run are compared: a shared machine drifts. Everything behind the gateway is real: PostgreSQL,
// journal, queue, worker, settlement, pulse.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startStack } from '../../libs/test-kit/dist/index.js';
import { MODEL, prepareCatalogue, settlementLag } from './catalogue.mjs';
import { paced, requestBytes, saturate } from './load.mjs';
import { canPin, cpuSeconds, median, pin, residentMb, startHelper } from './processes.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SATURATED_MS = Number(process.env.BENCH_MS ?? 3_000);
const PACED_MS = 4_000;
const PACED_PER_SECOND = 200;
const CONNECTIONS = 64;
const GATEWAY_CORE = 0;
const OTHERS_CORE = 1;
const root = path.resolve(import.meta.dirname, '../..');

const say = (line = '') => console.log(line);
const round = (value, digits = 2) => Number(value.toFixed(digits));

say(
  `Weir bench on ${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores, Node ${process.version}${canPin ? '' : ' (not pinned)'}`,
);
pin(process.pid, OTHERS_CORE);
const upstream = await startHelper('upstream.mjs', {}, OTHERS_CORE);
const upstreamUrl = `http://127.0.0.1:${upstream.port}`;
const bare = await startHelper('bare-proxy.mjs', { BENCH_UPSTREAM: upstreamUrl }, GATEWAY_CORE);
const stack = await startStack({ env: { UPSTREAM_ALLOW: `127.0.0.1:${upstream.port}` } });
const gateway = stack.gateways[0];
for (const pid of stack.pids) pin(pid, pid === gateway.pid ? GATEWAY_CORE : OTHERS_CORE);

let exitCode = 0;
try {
  await prepareCatalogue(stack.databaseUrl, `${upstreamUrl}/v1`);
  const bytes = requestBytes('/v1/chat/completions', stack.apiKey, MODEL);
  const contestants = [
    { name: 'bare', port: bare.port, pid: bare.pid },
    { name: 'weir', port: gateway.port, pid: gateway.pid },
  ];
  await waitUntilServed(gateway.port, bytes);
  const idleMb = residentMb(gateway.pid);

  const saturated = { bare: [], weir: [] };
  for (let n = -1; n < ROUNDS; n += 1) {
    for (const { name, port, pid } of contestants) {
      const before = cpuSeconds(pid);
      const result = await saturate({ port, bytes, connections: CONNECTIONS, ms: SATURATED_MS });
      const cpuMicros = ((cpuSeconds(pid) - before) * 1e6) / Math.max(1, result.served);
      if (result.failed > 0) throw new Error(`${name}: ${result.failed} requests failed`);
      // The first round warms up.
      if (n >= 0) saturated[name].push({ perSecond: result.perSecond, cpuMicros });
    }
    if (n >= 0) {
      const [b, w] = [saturated.bare[n], saturated.weir[n]];
      say(
        `  round ${n + 1}: bare ${round(b.cpuMicros, 1)} µs, weir ${round(w.cpuMicros, 1)} µs (${round(w.cpuMicros / b.cpuMicros)}×); ${Math.round(b.perSecond)} and ${Math.round(w.perSecond)} requests/s`,
      );
    }
  }
  const of = (name, field) => median(saturated[name].map((entry) => entry[field]));
  const busyMb = residentMb(gateway.pid);

  const half = Math.floor(of('weir', 'perSecond') / 2);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const since = new Date();
  const steady = await paced({ port: gateway.port, bytes, perSecond: half, ms: PACED_MS });
  const lag = await settlementLag(stack.databaseUrl, since, steady.answered);

  const latency = { direct: [], bare: [], weir: [] };
  for (let n = 0; n < ROUNDS; n += 1) {
    for (const { name, port } of [{ name: 'direct', port: upstream.port }, ...contestants]) {
      latency[name].push(await paced({ port, bytes, perSecond: PACED_PER_SECOND, ms: PACED_MS }));
    }
  }
  const at = (name, field) => median(latency[name].map((entry) => entry[field]));

  const cpuRatio = of('weir', 'cpuMicros') / of('bare', 'cpuMicros');
  const throughputRatio = of('weir', 'perSecond') / of('bare', 'perSecond');
  const addedP50Ms = at('weir', 'p50Ms') - at('direct', 'p50Ms');
  const p99AboveBareMs = at('weir', 'p99Ms') - at('bare', 'p99Ms');
  const goals = [
    {
      id: 'P1',
      what: 'CPU per request against the bare proxy',
      value: `${round(of('weir', 'cpuMicros'), 1)} µs / ${round(of('bare', 'cpuMicros'), 1)} µs = ${round(cpuRatio)}×`,
      goal: '≤ 1.8×',
      met: cpuRatio <= 1.8,
    },
    {
      id: 'P2',
      what: 'saturated throughput against the bare proxy',
      value: `${Math.round(of('weir', 'perSecond'))}/s / ${Math.round(of('bare', 'perSecond'))}/s = ${round(throughputRatio)}×`,
      goal: '≥ 0.55×',
      met: throughputRatio >= 0.55,
    },
    {
      id: 'P2',
      what: `end → settled at ${half}/s, worst (p99)`,
      value: `${round(lag.worst)} s (${round(lag.p99)} s), ${lag.rows}/${lag.expected} rows`,
      goal: '< 1 s',
      met: lag.worst < 1 && lag.rows >= lag.expected,
    },
    {
      id: 'P3',
      what: `added p50 at ${PACED_PER_SECOND}/s`,
      value: `${round(addedP50Ms, 3)} ms`,
      goal: '≤ 0.5 ms',
      met: addedP50Ms <= 0.5,
    },
    {
      id: 'P3',
      what: 'p99 above the bare proxy’s',
      value: `${round(p99AboveBareMs, 3)} ms`,
      goal: '≤ 2 ms',
      met: p99AboveBareMs <= 2,
    },
    {
      id: 'P8',
      what: 'resident memory idle / busy',
      value: `${Math.round(idleMb)} / ${Math.round(busyMb)} MB`,
      goal: 'idle ≤ 120 MB',
      met: idleMb <= 120,
    },
  ];
  say();
  for (const { id, what, value, goal, met } of goals)
    say(
      `${id}  ${what.padEnd(46)} ${value.padEnd(42)} goal ${goal.padEnd(10)} ${met ? 'met' : 'MISSED'}`,
    );

  const date = new Date().toISOString().slice(0, 10);
  const results = {
    date: new Date().toISOString(),
    machine: {
      cpu: os.cpus()[0]?.model ?? null,
      cores: os.cpus().length,
      node: process.version,
      pinned: canPin,
    },
    rounds: ROUNDS,
    saturated,
    latency,
    settlement: { perSecond: half, ...lag },
    memoryMb: { idle: round(idleMb, 1), busy: round(busyMb, 1) },
    goals: goals.map(({ id, what, value, goal, met }) => ({ id, what, value, goal, met })),
  };
  if (process.env.BENCH_DRY !== '1') {
    mkdirSync(path.join(root, 'bench/results'), { recursive: true });
    writeFileSync(
      path.join(root, `bench/results/${date}.json`),
      `${JSON.stringify(results, null, 2)}\n`,
    );
    say(`\nWritten to bench/results/${date}.json`);
  }
  if (!goals.filter(({ id }) => id === 'P1' || id === 'P3').every(({ met }) => met)) exitCode = 1;
} finally {
  await stack.stop();
  upstream.stop();
  bare.stop();
}
process.exit(exitCode);

/** The gateway hears of the new model by NOTIFY; it serves within a moment. */
async function waitUntilServed(port, bytes) {
  for (let tries = 0; tries < 50; tries += 1) {
    const { served } = await saturate({ port, bytes, connections: 1, ms: 20 });
    if (served > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The gateway does not serve the bench model.');
}
