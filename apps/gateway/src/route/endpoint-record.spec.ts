import { BREAKER_LIMITS } from '@weir/domain';
import { describe, expect, it } from 'vitest';
import { EndpointRecord } from './endpoint-record.js';

const MINUTE_MS = 60_000;

describe('what is known of an endpoint', () => {
  it('is healthy, unmeasured and without errors at first', () => {
    const record = new EndpointRecord();
    expect([
      record.health(0),
      record.medianMs(0),
      record.errorRate(0),
      record.lastError(0),
      record.retryInMs(0),
      record.awaitsProbe(0),
      record.wasUsed(0),
      record.mayPass(0),
    ]).toEqual(['ok', null, 0, null, null, false, false, true]);
  });

  it('has the median of five minutes, to a tenth', () => {
    const record = new EndpointRecord();
    for (const ms of [100, 200, 300, 4_000, 5_000]) record.succeeded(1_000, ms);
    const median = record.medianMs(2_000) ?? 0;
    expect(median).toBeGreaterThanOrEqual(300);
    expect(median).toBeLessThan(330);
    expect(record.medianMs(1_000 + 4 * MINUTE_MS)).toBe(median);
    expect(record.medianMs(1_000 + 6 * MINUTE_MS)).toBeNull();
    expect(record.wasUsed(1_000 + 6 * MINUTE_MS)).toBe(false);
  });

  it('forgets what is older than five minutes while new answers come', () => {
    const record = new EndpointRecord();
    for (let minute = 0; minute < 12; minute += 1) {
      record.succeeded(minute * MINUTE_MS, minute < 6 ? 4_000 : 50);
    }
    expect(record.medianMs(11 * MINUTE_MS)).toBeLessThan(60);
  });

  it('keeps its median for a second, as every request with a choice asks for it', () => {
    const record = new EndpointRecord();
    record.succeeded(0, 100);
    const before = record.medianMs(0);
    for (let n = 0; n < 9; n += 1) record.succeeded(500, 900);
    expect(record.medianMs(999)).toBe(before);
    expect(record.medianMs(1_000)).toBeGreaterThan(800);
  });

  it('counts its faults and names the last one', () => {
    const record = new EndpointRecord();
    for (let n = 0; n < 3; n += 1) record.succeeded(0, 10);
    record.failed(10, 'status_503', null);
    expect(record.errorRate(20)).toBe(0.25);
    expect(record.lastError(20)).toBe('status_503');
    expect(record.lastError(6 * MINUTE_MS)).toBeNull();
    expect(record.errorRate(6 * MINUTE_MS)).toBe(0);
  });

  it('counts an answer that broke off once, as a failure', () => {
    const record = new EndpointRecord();
    record.succeeded(0, 10);
    record.succeeded(0, 10);
    record.broke(10, 'reset');
    expect(record.errorRate(10)).toBe(0.5);
  });

  it('stays away for as long as the provider asked, then lets one request find out', () => {
    const record = new EndpointRecord();
    record.failed(0, 'status_429', 7_000);
    expect([record.health(6_999), record.retryInMs(2_000)]).toEqual(['unavailable', 5_000]);
    expect(record.mayPass(6_999)).toBe(false);
    expect([record.health(7_000), record.awaitsProbe(7_000)]).toEqual(['degraded', true]);
    expect([record.mayPass(7_000), record.mayPass(7_000)]).toEqual([true, false]);
    record.cancelled();
    expect(record.mayPass(7_000)).toBe(true);
    record.succeeded(7_100, 100);
    expect(record.health(7_100)).toBe('ok');
  });

  it('opens after failures in a row', () => {
    const record = new EndpointRecord();
    for (let n = 0; n < BREAKER_LIMITS.consecutiveFailuresMax; n += 1) {
      record.failed(0, 'connect', null);
    }
    expect(record.health(0)).toBe('unavailable');
    expect(record.retryInMs(0)).toBe(BREAKER_LIMITS.openMs);
  });
});
