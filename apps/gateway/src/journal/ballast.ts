import { existsSync, unlinkSync } from 'node:fs';
import { statfs, writeFile } from 'node:fs/promises';

/**
 * A file whose only use is to be deleted: when the disk is full, its room lets running requests end while no
 * new one begins (a full disk must never cost a record of money).
 */
export class Ballast {
  /** Whether the ballast is gone: new requests wait until there is room again. */
  spent = false;
  private filling = false;

  constructor(
    private readonly path: string,
    private readonly folder: string,
    private readonly sizeBytes: number,
    private readonly roomBytes: number,
  ) {}

  /** Deletes the file. Whether that made room. */
  drop(): boolean {
    this.spent = true;
    if (!existsSync(this.path)) return false;
    unlinkSync(this.path);
    return true;
  }

  /** Makes the file (anew) when the disk has room for it; called at start and each few seconds. */
  async fill(): Promise<void> {
    if (this.filling || (!this.spent && existsSync(this.path))) return;
    this.filling = true;
    try {
      const free = await statfs(this.folder);
      if (free.bavail * free.bsize < this.roomBytes + this.sizeBytes) {
        this.spent = true;
        return;
      }
      await writeFile(this.path, Buffer.alloc(this.sizeBytes), { mode: 0o600 });
      this.spent = false;
    } catch {
      // No room or no right to write here: the same as a spent ballast, tried again later.
      this.spent = true;
    } finally {
      this.filling = false;
    }
  }
}
