import { describe, expect, it } from 'vitest';
import type { ScheduleClass } from './simulation/rules.js';
import type { ScheduleStats } from './simulation/actors.js';
import { runSchedule } from './simulation/world.js';

/**
 * Schedules per class. More on demand: SIM_SEEDS=12000 vitest run money-path-schedules.
 * A broken seed is replayed by `runSchedule({ seed, scheduleClass })`.
 */
const SEEDS = Number(process.env['SIM_SEEDS'] ?? 150);

function runAll(scheduleClass: ScheduleClass, lopsided = false): ScheduleStats {
  const total = runSchedule({ seed: 0, scheduleClass, lopsided }).stats;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { stats, broke } = runSchedule({ seed, scheduleClass, lopsided });
    expect(broke, `${scheduleClass}, seed ${seed}`).toBeNull();
    for (const name of Object.keys(total) as (keyof ScheduleStats)[]) total[name] += stats[name];
  }
  return total;
}

describe('the money path, simulated', { timeout: 60_000 + SEEDS * 200 }, () => {
  it('never overspends, loses or doubles anything while no gateway is silent for longer than its leases live', () => {
    const total = runAll('strict');
    const faults = [total.kills, total.pauses, total.cuts, total.outages, total.lateCalls];
    expect(Math.min(...faults, total.jobsRepeated, total.extended, total.voided)).toBeGreaterThan(
      10,
    );
    expect(total.released).toBe(0);
  });

  it('explains every late excess by what was released when gateways fall silent for any time', () => {
    expect(runAll('long').released).toBeGreaterThan(10);
  });

  it('notices a database that went back in time and leaves its epochs', () => {
    expect(runAll('restore').restores).toBeGreaterThan(10);
  });

  it('serves exactly ten of sixty requests on a balance worth ten, by two gateways', () => {
    expect(runAll('ten').served).toBe(10 * (SEEDS + 1));
  });

  it('serves exactly ten also when nearly all requests come to one gateway', () => {
    expect(runAll('ten', true).served).toBe(10 * (SEEDS + 1));
  });

  it('replays a schedule from its seed', () => {
    const first = runSchedule({ seed: 7, scheduleClass: 'strict' });
    expect(runSchedule({ seed: 7, scheduleClass: 'strict' })).toEqual(first);
  });
});
