// P4: many streams at once. Each connection asks for one stream; its chunks carry the instant they left the upstream,
// so that the way through the contestant shows as a delay.
import { connect } from 'node:net';
import { quantile, renderRequest } from './load.mjs';

const SENT_AT = /@(\d{16}) /g;
/** Streams begin spread over one interval, as real ones do. */
const DEADLINE_SLACK_MS = 30_000;

/**
 * Opens `streams` streams of `chunks` chunks, one each `intervalMs`.
 * Returns how many ended with `[DONE]`, the chunks that came and their delays in ms, sorted.
 */
export async function streamAll({ port, key, streams, chunks, intervalMs }) {
  const request = renderRequest({
    port,
    path: '/v1/chat/completions',
    key,
    model: 'bench',
    pace: { chunks, intervalMs },
  });
  const delays = [];
  const deadlineMs = chunks * intervalMs + DEADLINE_SLACK_MS;
  const ended = await Promise.all(
    Array.from({ length: streams }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (i * intervalMs) / streams));
      return streamOnce({ port, request, delays, deadlineMs });
    }),
  );
  const complete = ended.filter(Boolean).length;
  return { complete, chunks: delays.length, delays: delays.sort((a, b) => a - b) };
}

/** One stream on a connection of its own; answers whether it came to its end. */
function streamOnce({ port, request, delays, deadlineMs }) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const end = (complete) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(complete);
    };
    const timer = setTimeout(() => end(false), deadlineMs);
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('data', (bytes) => {
      const nowMs = performance.timeOrigin + performance.now();
      const text = bytes.latin1Slice();
      for (const [, sentUs] of text.matchAll(SENT_AT)) delays.push(nowMs - Number(sentUs) / 1000);
      if (text.includes('[DONE]')) end(true);
    });
    socket.write(request);
  });
}

/** Median and slow delay of a run's chunks, ms. */
export const delaysOf = ({ delays }) => ({
  p50: quantile(delays, 0.5),
  p99: quantile(delays, 0.99),
});
