import { describe, expect, it } from 'vitest';
import { ChatStreamObserver } from './chat-stream-observer.js';
import {
  DONE_FRAME,
  errorFrame,
  finishFrame,
  KEEP_ALIVE_FRAME,
  usageFrame,
} from './stream-frames.js';

const head = { id: 'c', reportedModel: 'm', createdS: 7 };
const usage = {
  input: 10,
  cacheRead: 3,
  cacheWrite5m: 2,
  cacheWrite1h: 0,
  output: 4,
  reasoning: 1,
};

describe('frames of our own in a stream', () => {
  it('are read by our own observer like every provider’s', () => {
    const observer = new ChatStreamObserver({ removeUsageChunk: false });
    for (const frame of [
      finishFrame(head, 'length'),
      KEEP_ALIVE_FRAME,
      usageFrame(head, usage),
      DONE_FRAME,
    ]) {
      expect(observer.push(frame)).toBe(frame);
    }
    expect(observer).toMatchObject({
      usage,
      finishReason: 'length',
      isDone: true,
      reportedModel: 'm',
    });
  });

  it('end every choice', () => {
    const text = new TextDecoder().decode(finishFrame(head, 'length', 2));
    expect(text.match(/"finish_reason":"length"/g)).toHaveLength(2);
  });

  it('carry an error and a finish reason in one chunk, even before the provider named itself', () => {
    const text = new TextDecoder().decode(
      errorFrame({ id: null, reportedModel: null, createdS: null }, { message: 'cut' }),
    );
    expect(JSON.parse(text.slice(6))).toMatchObject({
      error: { message: 'cut' },
      choices: [{ finish_reason: 'error' }],
    });
  });
});
