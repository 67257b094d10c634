/** Wire samples of Gemini's generateContent, for scripted upstreams. */

/** One event of a stream, or a whole answer. */
export function geminiAnswer(text: string, finishReason: string | null = null): string {
  return JSON.stringify({
    candidates: [
      {
        content: { parts: [{ text }], role: 'model' },
        ...(finishReason === null ? {} : { finishReason }),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 12,
      cachedContentTokenCount: 2,
      ...(finishReason === null ? {} : { candidatesTokenCount: 3, thoughtsTokenCount: 2 }),
      totalTokenCount: finishReason === null ? 12 : 17,
    },
    modelVersion: 'gemini-2026',
    responseId: 'r1',
  });
}

const event = (data: string): string => `data: ${data}\r\n\r\n`;

/** A short stream; the dialect has no end marker. */
export const GEMINI_STREAM: readonly string[] = [
  event(geminiAnswer('héllo ')),
  event(geminiAnswer('🌊', 'STOP')),
];

/** A piece of a stream. */
export function geminiEvent(text: string, finishReason: string | null = null): string {
  return event(geminiAnswer(text, finishReason));
}
