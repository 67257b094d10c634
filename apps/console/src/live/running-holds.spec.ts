import { describe, expect, it } from 'vitest';
import { INFLIGHT_ROWS_MAX } from './pulses.js';
import { RunningHolds } from './running-holds.js';

const ACCOUNT = '0199d6b2-0000-7000-8000-00000000000a';
const row = (id: string, account = ACCOUNT) => ({
  generation_id: id,
  account,
  key: { id: 'k', label: 'l', prefix: 'p' },
  endpoint: '/v1/chat/completions',
  model: 'm',
  provider: null,
  mode: 'native',
  template: null,
  streamed: false,
  accepted_at: '',
  elapsed_ms: 1,
  output_tokens: 0,
  cost: '0',
  held: '0.25',
  client_ip: null,
});
const pulse = (ids: string[], heldNano: string) => ({
  inflight: ids.map((id) => row(id)),
  tick: {},
  held: { [ACCOUNT]: heldNano },
});

describe('what running requests hold', () => {
  it('adds the requests of all gateways', () => {
    const holds = new RunningHolds();
    holds.update([pulse(['a'], '1'), pulse(['b'], '1')]);
    expect(holds.ofAccount(ACCOUNT)).toBe(500_000_000n);
    expect(holds.ofAccount('another')).toBe(0n);
  });

  it('leaves out what was settled since the pulse', () => {
    const holds = new RunningHolds();
    holds.update([pulse(['a', 'b'], '500000000')]);
    holds.settle(['a']);
    expect(holds.ofAccount(ACCOUNT)).toBe(250_000_000n);
  });

  it('forgets settled requests once no pulse can name them', () => {
    const clock = { nowMs: 0 };
    const holds = new RunningHolds(() => clock.nowMs);
    holds.settle(['a']);
    clock.nowMs = 5_001;
    holds.update([pulse(['a'], '1')]);
    expect(holds.ofAccount(ACCOUNT)).toBe(250_000_000n);
  });

  it('believes the gateways’ sums when the list was cut', () => {
    const holds = new RunningHolds();
    const ids = Array.from({ length: INFLIGHT_ROWS_MAX + 5 }, (_, i) => `g${i}`);
    holds.update([pulse(ids, '777')]);
    expect(holds.ofAccount(ACCOUNT)).toBe(777n);
  });

  it('survives a pulse that cannot be read', () => {
    const holds = new RunningHolds();
    holds.update([{ inflight: [{ nonsense: true }, row('a')], tick: null, held: 'x' }]);
    expect(holds.ofAccount(ACCOUNT)).toBe(250_000_000n);
  });
});
