/**
 * The independent judge. After each step: the database's own checks, and *coverage*: the open lease of an epoch backs
 * every hold, every unsettled end and all that may still be spent from it. At rest: every seen end billed once and
 * exactly, nothing billed that was not dispatched, nothing stranded.
 */
import type { SimWorld } from './actors.js';
import { amountOfKind } from '../kind.js';
import { MODEL_KINDS, openOf, refOfRow } from './model-database.js';
import type { ModelRequest } from './model-request.js';
import { Broken, TICKS } from './rules.js';

const BACKED: ReadonlySet<ModelRequest['state']> = new Set([
  'held',
  'begun',
  'running',
  'extending',
  'ended',
  'endedUnwritten',
  'done',
]);

/** Checks that must hold at every moment. */
export function checkStep(world: SimWorld): void {
  checkDatabase(world);
  const outstanding = new Map<string, bigint>();
  const add = (epoch: string, id: string, amount: bigint): void => {
    if (amount === 0n) return;
    const key = `${epoch} ${id}`;
    outstanding.set(key, (outstanding.get(key) ?? 0n) + amount);
  };
  for (const request of world.active) addRequest(world, request, add);
  for (const gateway of world.gateways) {
    for (const epoch of gateway.memory.epochs) {
      for (const lease of epoch.book.leases()) {
        lease.verify();
        if (!epoch.book.closed) add(epoch.id, lease.ref.id, lease.free);
      }
    }
  }
  for (const [key, amount] of outstanding) checkCovered(world, key, amount);
  const late = world.database.exceptions.find(({ what }) => what === 'late');
  if (late !== undefined && world.scheduleClass !== 'long' && world.restores === 0) {
    throw new Broken(`overspend by a late settlement of ${late.amount} on ${late.id}`);
  }
}

function checkDatabase({ database }: SimWorld): void {
  const leased = new Map<string, bigint>();
  for (const lease of database.leases.values()) {
    const open = openOf(lease);
    if (open < 0n) throw new Broken(`lease ${lease.epoch} ${lease.ref.id} is below zero`);
    leased.set(lease.ref.id, (leased.get(lease.ref.id) ?? 0n) + open);
  }
  for (const [id, allowance] of database.allowances) {
    const sum = leased.get(id) ?? 0n;
    if (allowance.leased !== sum)
      throw new Broken(`${id}: leased ${allowance.leased}, sum of leases ${sum}`);
  }
}

function addRequest(
  world: SimWorld,
  request: ModelRequest,
  add: (epoch: string, id: string, amount: bigint) => void,
): void {
  const { hold, epoch } = request;
  if (hold === null || epoch === null || !BACKED.has(request.state)) return;
  if (world.database.requests.has(request.id)) {
    if (world.scheduleClass !== 'restore') world.active.delete(request);
    return;
  }
  const gateway = world.gateways[request.gateway];
  const known =
    gateway?.memory.requests.has(request.id) === true || gateway?.journal.has(request.id) === true;
  if (!known) {
    if (!request.sawEnd || request.forgiven) return;
    if (world.restores === 0)
      throw new Broken(`request ${request.id}: its end was seen and no record knows it`);
    request.forgiven = true;
    return;
  }
  const ended = hold.state !== 'open';
  for (const kind of MODEL_KINDS) {
    const held = hold.heldByKind[kind] ?? 0n;
    const charge = amountOfKind(kind, request.costNano, request.tokens);
    const ref = request.refs[kind];
    if (ref !== undefined) add(epoch.id, ref.id, ended && charge < held ? charge : held);
  }
}

function checkCovered(world: SimWorld, key: string, outstanding: bigint): void {
  const epochId = key.slice(0, key.indexOf(' '));
  const lease = world.database.leases.get(key);
  const epoch = world.database.epochs.get(epochId);
  const open = epoch?.state === 'open' && lease !== undefined ? openOf(lease) : 0n;
  if (open >= outstanding) return;
  if (epoch?.state === 'released' && world.scheduleClass === 'long') return;
  if (world.restores > 0) {
    const settledDown =
      world.tick - world.restoredAt > 30 && world.tick - world.healedAt > TICKS.resync + 2;
    const spends = world.gateways.some(({ memory }) =>
      memory.epochs.some(({ id, book }) => id === epochId && !book.closed),
    );
    if (!settledDown || !spends) return;
  }
  throw new Broken(
    `coverage: ${outstanding} outstanding on ${key}, its lease holds ${open} (${epoch?.state})`,
  );
}

/** Checks when all faults are healed and nothing is under way. */
export function checkAtRest(world: SimWorld): void {
  const { database } = world;
  const used = new Map<string, bigint>();
  for (const { row, times } of database.requests.values()) {
    if (times > 1) throw new Broken(`request ${row.id} took effect ${times} times`);
    for (const kind of MODEL_KINDS) {
      const { id } = refOfRow(row, kind);
      used.set(id, (used.get(id) ?? 0n) + amountOfKind(kind, row.costNano, row.tokens));
    }
  }
  for (const request of world.requests) checkBilled(world, request);
  for (const [id, allowance] of database.allowances) {
    const sum = used.get(id) ?? 0n;
    if (allowance.used !== sum)
      throw new Broken(`${id}: used ${allowance.used}, sum of rows ${sum}`);
    if (allowance.leased > 0n)
      throw new Broken(`${id}: ${allowance.leased} stranded when all is quiet`);
    if (allowance.cap === null) continue;
    const late = database.exceptions.filter((each) => each.id === id && each.what === 'late');
    const excess = late.reduce((total, { amount }) => total + amount, 0n);
    const explained = (world.releasedById.get(id) ?? 0n) + (world.lateExcessById.get(id) ?? 0n);
    if (world.scheduleClass === 'long' && excess > explained) {
      throw new Broken(`${id}: late excess ${excess} above the ${explained} that was released`);
    }
  }
  const served = world.requests.filter(({ sawEnd }) => sawEnd).length;
  if (world.scheduleClass === 'ten' && served !== 10)
    throw new Broken(`${served} of exactly 10 served`);
}

function checkBilled(world: SimWorld, request: ModelRequest): void {
  const row = world.database.requests.get(request.id)?.row;
  if (request.sawEnd && world.restores === 0) {
    if (row === undefined)
      throw new Broken(`request ${request.id} was seen to end and is not billed`);
    if (row.source !== 'end')
      throw new Broken(`request ${request.id} was seen to end, settled from ${row.source}`);
    if (row.costNano !== request.costNano || row.tokens !== request.tokens) {
      throw new Broken(`request ${request.id} is billed wrongly`);
    }
  }
  if (row === undefined) return;
  if (request.dispatchedAt === null && (row.costNano > 0n || row.tokens > 0n)) {
    throw new Broken(`request ${request.id} is billed and was never dispatched`);
  }
  if (row.day !== request.day)
    throw new Broken(`request ${request.id} is billed to another period`);
}
