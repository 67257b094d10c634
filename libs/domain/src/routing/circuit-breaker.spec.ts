import { describe, expect, it } from 'vitest';
import { BREAKER_LIMITS, CircuitBreaker } from './index.js';

const { openMs, openMsMax, windowMs, probeMs } = BREAKER_LIMITS;

function failing(times: number, nowMs = 0): CircuitBreaker {
  const breaker = new CircuitBreaker();
  for (let n = 0; n < times; n++) breaker.failed(nowMs);
  return breaker;
}

describe('an endpoint that fails', () => {
  it('is healthy at first and after one failure', () => {
    expect(new CircuitBreaker().health(0)).toBe('ok');
    expect(failing(1).health(0)).toBe('ok');
  });

  it('is degraded after two failures in a row and healthy again after a success', () => {
    const breaker = failing(2);
    expect(breaker.health(0)).toBe('degraded');
    expect(breaker.tryPass(0)).toBe(true);
    breaker.succeeded(0);
    expect(breaker.health(0)).toBe('ok');
  });

  it('is unavailable after five failures in a row', () => {
    const breaker = failing(5);
    expect(breaker.health(openMs - 1)).toBe('unavailable');
    expect(breaker.tryPass(openMs - 1)).toBe(false);
  });

  it('is unavailable when half of at least twenty requests failed', () => {
    const breaker = new CircuitBreaker();
    for (let n = 0; n < 9; n++) {
      breaker.succeeded(0);
      breaker.failed(0);
    }
    expect(breaker.health(0)).toBe('ok');
    breaker.succeeded(0);
    breaker.failed(0);
    expect(breaker.health(0)).toBe('unavailable');
  });

  it('is degraded when a fifth of at least twenty requests failed, until they are out of the window', () => {
    const breaker = new CircuitBreaker();
    for (let n = 0; n < 5; n++) {
      breaker.failed(1000);
      for (let k = 0; k < 4; k++) breaker.succeeded(1000);
    }
    expect(breaker.health(1000)).toBe('degraded');
    expect(breaker.health(1000 + windowMs)).toBe('ok');
    breaker.succeeded(1000 + windowMs);
    expect(breaker.health(1000 + windowMs)).toBe('ok');
  });
});

describe('an open circuit', () => {
  it('lets one probe through after its time', () => {
    const breaker = failing(5);
    expect(breaker.health(openMs)).toBe('degraded');
    expect(breaker.tryPass(openMs)).toBe(true);
    expect(breaker.tryPass(openMs)).toBe(false);
    expect(breaker.health(openMs)).toBe('unavailable');
  });

  it('closes when the probe succeeds, and forgets what was counted', () => {
    const breaker = failing(5);
    breaker.tryPass(openMs);
    breaker.succeeded(openMs + 10);
    expect(breaker.health(openMs + 10)).toBe('ok');
    for (let n = 0; n < 5; n++) breaker.failed(openMs + 20);
    expect(breaker.health(2 * openMs + 20)).toBe('degraded');
  });

  it('stays open twice as long after each failed probe, up to a limit', () => {
    const breaker = failing(5);
    let at = openMs;
    for (let forMs = 2 * openMs; forMs < 4 * openMsMax; forMs *= 2) {
      expect(breaker.tryPass(at)).toBe(true);
      breaker.failed(at);
      const bounded = Math.min(forMs, openMsMax);
      expect(breaker.health(at + bounded - 1)).toBe('unavailable');
      at += bounded;
    }
  });

  it('is not closed or lengthened by answers to requests sent before it opened', () => {
    const breaker = failing(5);
    breaker.succeeded(10);
    breaker.failed(20);
    expect(breaker.health(openMs - 1)).toBe('unavailable');
    expect(breaker.health(openMs)).toBe('degraded');
  });

  it('lets the next probe through when one was cancelled or never ended', () => {
    const breaker = failing(5);
    breaker.tryPass(openMs);
    breaker.cancelled();
    expect(breaker.tryPass(openMs)).toBe(true);
    expect(breaker.tryPass(openMs + probeMs - 1)).toBe(false);
    expect(breaker.tryPass(openMs + probeMs)).toBe(true);
  });
});

describe('a provider that says when to come back', () => {
  it('is left alone for that long, though it failed once', () => {
    const breaker = new CircuitBreaker();
    breaker.failed(0, 20_000);
    expect(breaker.health(19_999)).toBe('unavailable');
    expect(breaker.tryPass(20_000)).toBe(true);
  });

  it('is not left alone for longer than the limit, nor for no time', () => {
    const breaker = new CircuitBreaker();
    breaker.failed(0, 0);
    expect(breaker.health(0)).toBe('ok');
    breaker.failed(0, 1e9);
    expect(breaker.tryPass(openMsMax)).toBe(true);
  });

  it('says when it may be tried again, and that it waits for a probe from then on', () => {
    const breaker = failing(5);
    expect([breaker.retryInMs(1000), breaker.awaitsProbe(1000)]).toEqual([openMs - 1000, false]);
    expect([breaker.retryInMs(openMs), breaker.awaitsProbe(openMs)]).toEqual([null, true]);
    expect(breaker.tryPass(openMs)).toBe(true);
    expect([breaker.retryInMs(openMs), breaker.awaitsProbe(openMs)]).toEqual([null, false]);
    breaker.succeeded(openMs);
    expect([breaker.retryInMs(openMs), breaker.awaitsProbe(openMs)]).toEqual([null, false]);
  });
});
