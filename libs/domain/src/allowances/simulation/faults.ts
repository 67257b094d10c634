/** What may go wrong, as weighted options of the next step. Weights say how often, relative to ordinary work. */
import type { SimGateway, SimWorld } from './actors.js';
import { TICKS } from './rules.js';

/** A possible next step and its weight. */
export type Option = readonly [weight: number, act: () => void];

/** Faults of one running gateway. */
export function gatewayFaults(world: SimWorld, gateway: SimGateway): Option[] {
  const { memory } = gateway;
  if (!memory.ready) return [];
  const options: Option[] = [[0.3, () => gateway.epochs.giveBackSome()]];
  if (!memory.closing) {
    if (memory.epochs.length < 3) options.push([0.05, () => gateway.epochs.rotate()]);
    options.push([0.04, () => void (memory.closing = true)]);
  }
  if (!world.on('lockDirectory')) options.push([0.1, () => recoverElsewhere(world, gateway)]);
  if (gateway.until === 0 && mayFallSilent(world, gateway))
    options.push(...silences(world, gateway));
  return options;
}

/** Faults of everything else: queue, database, sweeper; also changed limits and midnight. */
export function worldFaults(world: SimWorld): Option[] {
  const { random, stats } = world;
  const options: Option[] = [
    [0.08, () => void (stats.jobsLost += world.queue.flush())],
    [0.05, () => void (world.sweeperDown = !world.sweeperDown)],
  ];
  if (world.day === 'd0') options.push([0.06, () => void (world.day = 'd1')]);
  if (!world.databaseUp) return options;
  options.push([0.05, () => world.outage(1 + random.below(40))]);
  options.push([0.1, () => changeLimit(world)]);
  if (world.scheduleClass === 'restore') {
    if (!world.hasBackup) options.push([0.2, () => world.backUp()]);
    else if (stats.restores === 0) options.push([0.15, () => world.restore()]);
  }
  return options;
}

function silences(world: SimWorld, gateway: SimGateway): Option[] {
  const { random, stats } = world;
  // Half the time to release: the beats that end the silence may themselves be lost a few times.
  const ticksMax = world.scheduleClass === 'long' ? 60 : TICKS.releaseAfter / 2;
  const silent = (ticks: number): void => void (gateway.until = world.tick + ticks);
  const kill = (): void => {
    gateway.kill();
    silent(random.chance(0.6) ? 1 : 1 + random.below(ticksMax));
  };
  const pause = (): void => {
    gateway.pause(random.chance(0.5));
    stats.pauses += 1;
    silent(1 + random.below(ticksMax));
  };
  const cut = (): void => {
    gateway.cut = true;
    stats.cuts += 1;
    silent(1 + random.below(ticksMax));
  };
  return [
    [0.12, kill],
    [0.06, pause],
    [0.06, cut],
  ];
}

/** Except in class `long` a gateway falls silent only when the sweeper has just heard of it. */
function mayFallSilent(world: SimWorld, gateway: SimGateway): boolean {
  if (world.scheduleClass === 'long') return true;
  return [...world.database.epochs.values()].every(
    ({ journal, state, silent }) =>
      journal !== gateway.journalName || state !== 'open' || silent <= 1,
  );
}

/** A second process on the same directory takes it for a dead one's and recovers it. */
function recoverElsewhere(world: SimWorld, gateway: SimGateway): void {
  world.database.settle(gateway.journal.rows(), null);
  world.database.closeOthers(gateway.journalName, []);
}

const CHANGED_LIMITS = [
  { owner: 'a', kind: 0 },
  { owner: 'k', kind: 4 },
  { owner: 'b', kind: 0 },
] as const;

function changeLimit({ random, database }: SimWorld): void {
  const { owner, kind } = CHANGED_LIMITS[random.below(3)] ?? CHANGED_LIMITS[0];
  const cap = database.limits.get(`${owner}|${kind}`);
  if (cap === undefined) {
    if (random.chance(0.5)) database.setLimit(owner, kind, BigInt(20 + random.below(20)));
    return;
  }
  const changed = cap + BigInt(random.below(40) - 15);
  database.setLimit(owner, kind, changed < 0n ? 0n : changed);
}
