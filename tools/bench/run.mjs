// `npm run bench`: P1 to P4 of the performance goals against the bare proxy, in one run of about five minutes.
//
// Machines drift, so every figure is a ratio: the contestants alternate, each figure is the median of ROUNDS, and
// the steadiest one, CPU per request of the contestant's process, comes first. The contestant has core 0 to
// itself; load and upstream have core 1, and PostgreSQL, worker and console what these leave of it: a gateway's
// clients and providers do not share a core with its database, and were they slowed by it, that would be measured
// as the gateway's. Everything behind the gateway is real and on; between the rounds settlement catches up.
// Writes bench/results/<date>.json.
import { execFileSync, fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { median, quantile, renderRequest, saturate, trickle } from './load.mjs';
import { delaysOf, streamAll } from './streams.mjs';
import { canPin, pinAll, startWeir } from './weir.mjs';

// One short round shows whether it runs; only a whole run is written down.
const IS_QUICK = process.argv.includes('--quick');
const ROUNDS = IS_QUICK ? 1 : 5;
const WARM_UP_ROUNDS = 5;
const SATURATE_MS = 2_000;
const TRICKLE_MS = 4_000;
const CONNECTIONS = 64;
const RATE_PER_SECOND = 200;
/** P4: the loads, and how often each contestant takes each. */
const STREAM_LOADS = [
  { name: '500 streams of 50 chunks at 20 ms', streams: 500, chunks: 50, intervalMs: 20 },
  { name: '2,000 streams at 5 chunks/s', streams: 2_000, chunks: 25, intervalMs: 200 },
];
const STREAM_ROUNDS = IS_QUICK ? 1 : 3;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(new URL('../../libs/data/package.json', import.meta.url));
const pg = require('pg');

const children = [];
const started = [];
let weir;
try {
  pinAll(process.pid, 1);
  const upstream = await start('upstream.mjs');
  pinAll(upstream.pid, 1);
  const bare = await start('bare-proxy.mjs', {
    BENCH_UPSTREAM: `http://127.0.0.1:${upstream.port}`,
  });
  pinAll(bare.pid, 0);
  console.log('starting Weir …');
  weir = await startWeir(upstream.port);
  await weir.pinRest();

  const path = '/v1/chat/completions';
  const request = (port, key) => renderRequest({ port, path, key, model: 'bench' });
  const direct = { name: 'direct', port: upstream.port, request: request(upstream.port, 'bench') };
  const bareOne = {
    name: 'bare',
    pid: bare.pid,
    port: bare.port,
    request: request(bare.port, 'bench'),
  };
  const weirOne = {
    name: 'weir',
    pid: weir.pid,
    port: weir.port,
    request: request(weir.port, weir.key),
  };

  console.log('warming up …');
  // A young process compiles while it runs: both have found their speed before anything is counted.
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const one of [bareOne, weirOne]) {
      await saturate({ ...one, connections: CONNECTIONS, ms: SATURATE_MS });
      await settled();
    }
  }
  await allSettled(weir.databaseUrl);

  const cpu = { bare: [], weir: [] };
  const rate = { bare: [], weir: [] };
  const added = { bare: [], weir: [] };
  const p99 = { bare: [], weir: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const one of round % 2 ? [bareOne, weirOne] : [weirOne, bareOne]) {
      const before = cpuSeconds(one.pid);
      const { done, failed, seconds } = await saturate({
        ...one,
        connections: CONNECTIONS,
        ms: SATURATE_MS,
      });
      const cpuUs = ((cpuSeconds(one.pid) - before) * 1e6) / done;
      await settled();
      if (failed)
        throw new Error(`${one.name}: ${failed} of ${done} requests failed: ${weir.output()}`);
      cpu[one.name].push(cpuUs);
      rate[one.name].push(done / seconds);
    }
    // What saturation piled up is settled first: it is measured by itself, at half the rate.
    await allSettled(weir.databaseUrl);
    const base = await trickle({ ...direct, rate: RATE_PER_SECOND, ms: TRICKLE_MS });
    for (const one of round % 2 ? [bareOne, weirOne] : [weirOne, bareOne]) {
      const { latencies, failed } = await trickle({
        ...one,
        rate: RATE_PER_SECOND,
        ms: TRICKLE_MS,
      });
      if (failed)
        throw new Error(
          `${one.name}: ${failed} requests failed at ${RATE_PER_SECOND}/s: ${weir.output()}`,
        );
      added[one.name].push(quantile(latencies, 0.5) - quantile(base.latencies, 0.5));
      p99[one.name].push(quantile(latencies, 0.99) - quantile(base.latencies, 0.99));
    }
    console.log(
      `round ${round} of ${ROUNDS}: bare ${cpu.bare.at(-1).toFixed(1)} µs, weir ${cpu.weir.at(-1).toFixed(1)} µs; ` +
        `${Math.round(rate.bare.at(-1))} and ${Math.round(rate.weir.at(-1))} requests/s`,
    );
  }

  const halfRate = Math.round(median(rate.weir) / 2);
  const since = new Date();
  await trickle({ ...weirOne, rate: halfRate, ms: TRICKLE_MS, connections: CONNECTIONS });
  const settleLagMs = await settlementLag(weir.databaseUrl, since);

  const p4 = [];
  for (const load of STREAM_LOADS) p4.push(await streamRounds(load, [bareOne, weirOne], direct));

  const result = {
    at: new Date().toISOString(),
    commit: commitOf(),
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      node: process.version,
      pinned: canPin,
    },
    rounds: ROUNDS,
    p1: {
      bareCpuUs: round2(median(cpu.bare)),
      weirCpuUs: round2(median(cpu.weir)),
      ratio: round2(median(cpu.weir) / median(cpu.bare)),
      goal: 1.8,
    },
    p2: {
      barePerSecond: Math.round(median(rate.bare)),
      weirPerSecond: Math.round(median(rate.weir)),
      ratio: round2(median(rate.weir) / median(rate.bare)),
      goal: 0.55,
      halfRate,
      settleLagMs,
    },
    p3: {
      bareP50Ms: round2(median(added.bare)),
      weirP50Ms: round2(median(added.weir)),
      bareP99Ms: round2(median(p99.bare)),
      weirP99Ms: round2(median(p99.weir)),
      goalP50Ms: 0.5,
    },
    p4,
    rssMb: { bare: rssMb(bare.pid), weir: rssMb(weir.pid) },
  };
  print(result);
  if (!IS_QUICK) {
    mkdirSync(here('../../bench/results'), { recursive: true });
    const file = here(`../../bench/results/${result.at.slice(0, 10)}.json`);
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    console.log(`written to bench/results/${result.at.slice(0, 10)}.json`);
  }
} finally {
  await weir?.stop();
  for (const child of children) child.kill('SIGKILL');
}

/** The commit that was measured; null outside a repository. */
function commitOf() {
  try {
    const options = { stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).toString().trim();
  } catch {
    // No git, or an unpacked archive.
    return null;
  }
}

/** Forks a contestant and waits for its port. */
async function start(name, env = {}) {
  const child = fork(here(name), {
    env: { ...process.env, ...env },
    execArgv: ['--max-semi-space-size=64'],
  });
  children.push(child);
  const { port } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  started.push(name);
  return { pid: child.pid, port };
}

/** One load of streams, by turns over both contestants: CPU per chunk, delay of a chunk, what is complete. */
async function streamRounds({ name, ...load }, contestants, direct) {
  console.log(name);
  const seen = { bare: [], weir: [] };
  const base = delaysOf(await streamAll({ ...load, port: direct.port, key: 'bench' }));
  for (let round = 1; round <= STREAM_ROUNDS; round++) {
    for (const one of round % 2 ? contestants : contestants.toReversed()) {
      const before = cpuSeconds(one.pid);
      const run = await streamAll({ ...load, port: one.port, key: weir.key });
      const cpuUs = ((cpuSeconds(one.pid) - before) * 1e6) / run.chunks;
      await settled();
      if (run.complete !== load.streams)
        throw new Error(
          `${one.name}: ${run.complete} of ${load.streams} streams were complete: ${weir.output()}`,
        );
      const { p50, p99 } = delaysOf(run);
      seen[one.name].push({
        cpuUs,
        p50: p50 - base.p50,
        p99: p99 - base.p99,
        rssMb: rssMb(one.pid),
      });
    }
  }
  const of = (contestant, figure) => round2(median(seen[contestant].map((one) => one[figure])));
  const figures = (contestant) => ({
    cpuUsPerChunk: of(contestant, 'cpuUs'),
    addedP50Ms: of(contestant, 'p50'),
    addedP99Ms: of(contestant, 'p99'),
    rssMb: of(contestant, 'rssMb'),
  });
  return {
    load: name,
    bare: figures('bare'),
    weir: figures('weir'),
    ratio: round2(of('weir', 'cpuUs') / of('bare', 'cpuUs')),
    goals: { ratio: 1.2, addedP50Ms: 1.5, rssMb: 350 },
  };
}

/** Waits until PostgreSQL has confirmed every request, at most ten seconds. */
async function settled() {
  for (let tries = 0; tries < 100 && (await weir.unsettled()) > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** User and system time of a process, seconds. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rssMb(pid) {
  return Math.round(
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024,
  );
}

/** Waits until no more rows come. Returns how many there are. */
async function allSettled(databaseUrl) {
  return withClient(databaseUrl, async (client) => {
    for (let last = -1; ;) {
      const { rows } = await client.query('SELECT count(*)::int AS n FROM request');
      if (rows[0].n === last) return last;
      last = rows[0].n;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
  });
}

/** The median and the slow ways from a request's end to its settlement, ms, once all are settled. */
async function settlementLag(databaseUrl, since) {
  await allSettled(databaseUrl);
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS n,
              percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - completed_at) * 1000) AS lag
         FROM request WHERE accepted_at >= $1`,
      [since],
    );
    const [{ n, lag }] = rows;
    if (!lag) return null;
    const [p50, p99, max] = lag.map(Math.round);
    return { requests: n, p50, p99, max };
  });
}

async function withClient(databaseUrl, work) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function round2(figure) {
  return Math.round(figure * 100) / 100;
}

function print({ p1, p2, p3, p4, rssMb: rss }) {
  const met = (ok) => (ok ? 'met' : 'NOT MET');
  const streams = p4.map(
    ({ load, bare, weir: ours, ratio, goals }) =>
      `| P4 ${load}: CPU per chunk | ${bare.cpuUsPerChunk} µs | ${ours.cpuUsPerChunk} µs | ${ratio} | ≤ ${goals.ratio} | ${met(ratio <= goals.ratio)} |
| … added chunk delay, p50 (p99) | ${bare.addedP50Ms} (${bare.addedP99Ms}) ms | ${ours.addedP50Ms} (${ours.addedP99Ms}) ms | | ≤ ${goals.addedP50Ms} ms | ${met(ours.addedP50Ms <= goals.addedP50Ms)} |
| … RSS | ${bare.rssMb} MB | ${ours.rssMb} MB | | ≤ ${goals.rssMb} MB | ${met(ours.rssMb <= goals.rssMb)} |`,
  );
  console.log(`
| goal | bare proxy | Weir | ratio | goal | |
|---|---|---|---|---|---|
| P1 CPU per request | ${p1.bareCpuUs} µs | ${p1.weirCpuUs} µs | ${p1.ratio} | ≤ ${p1.goal} | ${met(p1.ratio <= p1.goal)} |
| P2 saturated throughput | ${p2.barePerSecond}/s | ${p2.weirPerSecond}/s | ${p2.ratio} | ≥ ${p2.goal} | ${met(p2.ratio >= p2.goal)} |
| P2 end → settled at ${p2.halfRate}/s | | p50 ${p2.settleLagMs?.p50} ms, p99 ${p2.settleLagMs?.p99} ms | | < 1,000 ms | ${met((p2.settleLagMs?.p99 ?? Infinity) < 1000)} |
| P3 added latency at ${RATE_PER_SECOND}/s, p50 | ${p3.bareP50Ms} ms | ${p3.weirP50Ms} ms | | ≤ ${p3.goalP50Ms} ms | ${met(p3.weirP50Ms <= p3.goalP50Ms)} |
| P3 added latency at ${RATE_PER_SECOND}/s, p99 | ${p3.bareP99Ms} ms | ${p3.weirP99Ms} ms | | ≤ bare + 2 ms | ${met(p3.weirP99Ms <= p3.bareP99Ms + 2)} |
${streams.join('\n')}
| RSS busy | ${rss.bare} MB | ${rss.weir} MB | | | |
`);
}
