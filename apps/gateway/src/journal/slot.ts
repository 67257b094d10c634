/**
 * A slot is one folder `journal/<n>/` that exactly one process owns. The lock is SQLite's exclusive file lock:
 * the kernel frees it at kill -9, keeps it through SIGSTOP, and it works alike on Linux, macOS and Windows.
 * Network volumes without working locks are not supported. `id` names the journal towards PostgreSQL; it is
 * bound to the file's inode, so that a copied folder gets an id of its own and never closes the original's epochs.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** More processes than this on one host are a mistake. */
const SLOTS_MAX = 256;

/** A locked slot. */
export interface Slot {
  /** Number as text, the folder's name. */
  readonly name: string;
  readonly folder: string;
  /** Journal identity, a UUID. */
  readonly journalId: string;
  /** Frees the lock; the folder then belongs to whoever locks it next. */
  unlock(): void;
}

/** Locks the first free slot below `root`, making it when needed. */
export function lockFreeSlot(root: string): Slot {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (let number = 0; number < SLOTS_MAX; number += 1) {
    const slot = lockSlot(root, String(number));
    if (slot !== null) return slot;
  }
  throw new Error(`all ${SLOTS_MAX} journal slots in ${root} are locked; is another folder meant?`);
}

/** Locks every existing slot that nobody owns: journals of processes that are gone. The caller unlocks them. */
export function lockOrphanSlots(root: string): Slot[] {
  const orphans: Slot[] = [];
  for (const name of readdirSync(root)) {
    if (!/^\d{1,3}$/.test(name)) continue;
    const slot = lockSlot(root, name);
    if (slot !== null) orphans.push(slot);
  }
  return orphans;
}

/** Locks one slot; null when another process has it. */
export function lockSlot(root: string, name: string): Slot | null {
  const folder = join(root, name);
  mkdirSync(join(folder, 'done'), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { name, folder, journalId: journalIdentity(folder), unlock: once(() => lock.close()) };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

/** SQLITE_BUSY (5), the only answer that means "owned by another". */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function journalIdentity(folder: string): string {
  const path = join(folder, 'id');
  const known = readIdentity(path);
  if (known !== null) return known;
  // Written empty first: the inode must be known before it can be named.
  writeFileSync(path, '', { mode: 0o600 });
  const id = randomUUID();
  writeFileSync(path, `${id} ${inodeOf(path)}\n`);
  return id;
}

function readIdentity(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // A new slot has no identity yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const [id, inode] = text.trim().split(' ');
  return id !== undefined && id.length === 36 && inode === inodeOf(path) ? id : null;
}

function inodeOf(path: string): string {
  return statSync(path, { bigint: true }).ino.toString();
}
