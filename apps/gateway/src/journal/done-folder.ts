import { mkdirSync } from 'node:fs';
import { readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalLimits } from './limits.js';
import { doneFolder } from './segment.js';

/**
 * Settled segments, kept for a day or a gigabyte: after the database was restored from a backup, `journal
 * replay` settles them again, which does no harm where it was not needed.
 */
export class DoneFolder {
  private readonly folder: string;
  private queue: Promise<void> = Promise.resolve();
  private prunedAtMs = 0;

  constructor(
    private readonly slotFolder: string,
    private readonly limits: JournalLimits,
    private readonly onFault: (cause: unknown, what: string) => void,
  ) {
    this.folder = doneFolder(slotFolder);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Moves a segment here. Its age counts from now. */
  add(name: string): void {
    this.enqueue(async () => {
      await rename(join(this.slotFolder, name), join(this.folder, name));
      const now = new Date();
      await utimes(join(this.folder, name), now, now);
    });
  }

  /** Deletes what is too old or too much; at most once a minute. */
  prune(): void {
    const nowMs = performance.now();
    if (this.prunedAtMs !== 0 && nowMs - this.prunedAtMs < 60_000) return;
    this.prunedAtMs = nowMs;
    this.enqueue(() => this.deleteSurplus());
  }

  /** Waits for the moves. */
  close(): Promise<void> {
    return this.queue;
  }

  private enqueue(task: () => Promise<void>): void {
    this.queue = this.queue
      .then(task)
      .catch((error: unknown) => this.onFault(error, 'the folder of settled segments'));
  }

  private async deleteSurplus(): Promise<void> {
    const files: { path: string; bytes: number; atMs: number }[] = [];
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const { size, mtimeMs } = await stat(path);
      files.push({ path, bytes: size, atMs: mtimeMs });
    }
    files.sort((a, b) => b.atMs - a.atMs);
    let kept = 0;
    for (const file of files) {
      kept += file.bytes;
      const old = Date.now() - file.atMs > this.limits.doneAgeMs;
      if (old || kept > this.limits.doneBytesMax) await unlink(file.path);
    }
  }
}
