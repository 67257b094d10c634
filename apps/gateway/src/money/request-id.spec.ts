import { describe, expect, it } from 'vitest';
import { requestId } from './request-id.js';

describe('a request id', () => {
  it('is a UUIDv7 of its instant', () => {
    const atMs = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
    const id = requestId(atMs);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(atMs);
  });

  it('is never given twice', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => requestId(1_700_000_000_000)));
    expect(ids.size).toBe(20_000);
  });
});
