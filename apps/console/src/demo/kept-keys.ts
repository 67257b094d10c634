import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const fileSchema = z.object({
  accounts: z.array(z.object({ email: z.string(), key: z.string() })),
});

/** Secrets of earlier runs by email: a key's secret can be read nowhere else. */
export function readKeptKeys(file: string): ReadonlyMap<string, string> {
  try {
    const { accounts } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(accounts.map(({ email, key }) => [email, key]));
  } catch {
    // ENOENT, or not a file of ours: new keys are made, lost ones revoked.
    return new Map();
  }
}

/** Replaces the file whole, readable for its owner alone. */
export function writeKeptKeys(file: string, keys: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const accounts = [...keys].map(([email, key]) => ({ email, key }));
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify({ accounts }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
