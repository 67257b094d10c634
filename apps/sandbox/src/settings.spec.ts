import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';

describe('the sandbox’s settings', () => {
  it('have defaults', () => {
    expect(readSettings({})).toEqual({ host: '127.0.0.1', port: 4_002, logPath: null });
    expect(readSettings({ WEIR_SANDBOX_PORT: '0', WEIR_SANDBOX_LOG: '/x' })).toMatchObject({
      port: 0,
      logPath: '/x',
    });
  });

  it('refuse a port that is none', () => {
    for (const port of ['', 'x', '-1', '65536']) {
      expect(() => readSettings({ WEIR_SANDBOX_PORT: port })).toThrow(/WEIR_SANDBOX_PORT/);
    }
  });
});
