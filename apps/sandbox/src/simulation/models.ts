/** What a simulated model does. */
export type ModelKind = 'chat' | 'embedding' | 'image' | 'speech' | 'transcription' | 'rerank';

/** How a simulated model behaves. */
export interface SimulatedModel {
  readonly id: string;
  readonly kind: ModelKind;
  /** Median time to the first token, ms. */
  readonly firstTokenMs: number;
  /** Speed of a stream; 0 = as fast as the socket takes it. */
  readonly tokensPerSecond: number;
  /** Visible answer length when nothing bounds it, tokens, both ends inclusive. */
  readonly answerTokens: readonly [number, number];
  /** Hidden reasoning before the answer, tokens, both ends inclusive. */
  readonly reasoningTokens: readonly [number, number];
  /** Whether the answer is exactly as long as `max_tokens` allows. */
  readonly fillsMaxTokens: boolean;
  /** Whether it answers from memory with a pre-rendered body, for benchmarks. */
  readonly isPrerendered: boolean;
  /** Largest prompt plus answer, tokens. */
  readonly contextTokens: number;
  /** Largest answer, tokens. */
  readonly outputTokensMax: number;
}

const chat = (id: string, traits: Partial<SimulatedModel>): SimulatedModel => ({
  id,
  kind: 'chat',
  firstTokenMs: 180,
  tokensPerSecond: 110,
  answerTokens: [24, 160],
  reasoningTokens: [0, 0],
  fillsMaxTokens: false,
  isPrerendered: false,
  contextTokens: 128_000,
  outputTokensMax: 16_384,
  ...traits,
});

/** Every simulated model. The catalogue of the gateway names the same ids. */
export const MODELS: readonly SimulatedModel[] = [
  chat('sandbox-small', {}),
  chat('sandbox-large', { firstTokenMs: 420, tokensPerSecond: 45, answerTokens: [60, 320] }),
  chat('sandbox-reasoner', {
    firstTokenMs: 300,
    tokensPerSecond: 70,
    answerTokens: [40, 180],
    reasoningTokens: [64, 400],
  }),
  chat('sandbox-exact', { firstTokenMs: 20, tokensPerSecond: 0, fillsMaxTokens: true }),
  chat('sandbox-fast', { firstTokenMs: 0, tokensPerSecond: 0, isPrerendered: true }),
  chat('sandbox-embed', { kind: 'embedding', firstTokenMs: 35, outputTokensMax: 0 }),
  chat('sandbox-image', { kind: 'image', firstTokenMs: 400, outputTokensMax: 0 }),
  chat('sandbox-voice', { kind: 'speech', firstTokenMs: 120, outputTokensMax: 0 }),
  chat('sandbox-ear', { kind: 'transcription', firstTokenMs: 150, outputTokensMax: 0 }),
  chat('sandbox-rerank', { kind: 'rerank', firstTokenMs: 40, outputTokensMax: 0 }),
];

const BY_ID = new Map(MODELS.map((model) => [model.id, model]));

/** The model of that id and kind, or undefined. */
export function findModel(id: unknown, kind: ModelKind): SimulatedModel | undefined {
  const model = typeof id === 'string' ? BY_ID.get(id) : undefined;
  return model?.kind === kind ? model : undefined;
}
