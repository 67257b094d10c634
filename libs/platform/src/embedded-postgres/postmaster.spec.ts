import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { isAlive } from './postmaster.js';

describe.runIf(process.platform === 'linux')('whether a process is alive', () => {
  it('is no for a zombie, although kill(pid, 0) finds it', async () => {
    // The shell becomes a program that never asks after the child it started, and does so before the child ends.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      await vi.waitFor(() => {
        expect(readFileSync(`/proc/${String(zombie)}/stat`, 'utf8')).toContain(') Z ');
      });
      expect(() => process.kill(zombie, 0)).not.toThrow();
      expect(isAlive(zombie)).toBe(false);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('is yes for ourselves and no for a process that never was', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(2 ** 22 + 1)).toBe(false);
  });
});
