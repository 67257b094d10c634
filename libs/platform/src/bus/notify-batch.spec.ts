import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NotifyBatch, PAYLOAD_BYTES_MAX } from './notify-batch.js';

describe('a batch of notifications', () => {
  it('merges lists of ids and sends equal payloads once', () => {
    const batch = new NotifyBatch();
    batch.add('weir_live', { a: ['x', 'y'] });
    batch.add('weir_live', { a: ['y', 'z'] });
    batch.add('weir_config', { t: 'key', id: '1' });
    batch.add('weir_config', { t: 'key', id: '1' });
    expect(batch.take()).toEqual([
      { channel: 'weir_live', payload: '{"a":["x","y","z"]}' },
      { channel: 'weir_config', payload: '{"t":"key","id":"1"}' },
    ]);
    expect(batch.isEmpty).toBe(true);
  });

  it('cuts long lists into pieces that PostgreSQL takes, losing none', () => {
    const ids = Array.from({ length: 1_000 }, () => randomUUID());
    const batch = new NotifyBatch();
    batch.add('weir_live', { a: ids });
    const messages = batch.take();
    for (const { payload } of messages) {
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(PAYLOAD_BYTES_MAX);
    }
    const sent = messages.flatMap(({ payload }) => (JSON.parse(payload) as { a: string[] }).a);
    expect(sent).toEqual(ids);
  });

  it('refuses a payload that could never be sent', () => {
    expect(() => {
      new NotifyBatch().add('weir_kill', { id: 'x'.repeat(8_000) });
    }).toThrow(/ids only/);
  });
});
