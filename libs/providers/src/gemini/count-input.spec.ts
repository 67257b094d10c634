import { describe, expect, it } from 'vitest';
import { countGeminiInput } from './count-input.js';

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const contents = [{ role: 'user', parts: [{ text: 'two words' }, { inlineData: { data: 'AA' } }] }];

describe('the input of a Gemini request', () => {
  it('is counted by a tokenizer, content by content', () => {
    expect(countGeminiInput({ contents }, words)).toBe(3 + 4 + 2);
    const rich = {
      system_instruction: { parts: [{ text: 'be brief' }] },
      contents: [
        ...contents,
        { parts: [{ functionCall: { name: 'f', args: {} } }] },
        { parts: [{ functionResponse: { name: 'f' } }] },
      ],
      tools: [{}],
      generationConfig: { responseSchema: {}, responseJsonSchema: {} },
    };
    expect(countGeminiInput(rich, words)).toBe(3 + 4 + 2 + 4 + 2 + 4 + 1 + 4 + 1 + 3);
  });

  it('is that of the request inside, where a whole one is to be counted', () => {
    const whole = { generateContentRequest: { contents } };
    expect(countGeminiInput(whole, words)).toBe(countGeminiInput({ contents }, words));
    expect(countGeminiInput(null, words)).toBe(0);
  });
});
