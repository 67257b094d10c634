import { describe, expect, it } from 'vitest';
import { readChatResponse } from './chat-response.js';
import { readPlainAnswer } from './plain-answer.js';

const answer = (over: object = {}): string =>
  JSON.stringify({
    id: 'c',
    model: 'gpt-x',
    choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 12,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
    },
    ...over,
  });

describe('reading an ordinary answer by its marks', () => {
  it.each([
    ['as OpenAI writes it', answer()],
    [
      'whose text quotes the marks',
      answer({
        choices: [
          {
            message: { content: '"usage":{"prompt_tokens":1} "finish_reason":"x" "model":"y" }' },
            finish_reason: 'length',
          },
        ],
      }),
    ],
    ['with members after its usage', answer({ service_tier: 'default', system_fingerprint: 'f' })],
  ])('tells the same as parsing it: %s', (_what, text) => {
    expect(readPlainAnswer(text, {})).toEqual(readChatResponse(JSON.parse(text)));
  });

  it.each([
    ['without usage', answer({ usage: undefined })],
    [
      'with a second usage in an extension',
      answer({ x_extension: { usage: { prompt_tokens: 1 } } }),
    ],
    ['with a null usage', answer({ usage: null })],
    ['with an impossible usage', answer({ usage: { prompt_tokens: -1, completion_tokens: 2 } })],
    ['with an error', answer({ error: { message: 'no' } })],
    ['with spaces', JSON.stringify(JSON.parse(answer()), null, 1)],
    ['that is cut', answer().slice(0, -30)],
    ['that is no JSON', 'plain words'],
  ])('leaves an answer %s to the parser', (_what, text) => {
    expect(readPlainAnswer(text, {})).toBeNull();
  });
});
