import type { ListedModel } from './listed-model.js';

/** Gemini's list. Only what generates content is in it. */
export function geminiModelList(models: readonly ListedModel[]): object {
  return { models: models.filter(({ kind }) => kind === 'chat').map(geminiModel) };
}

/** One entry; figures that are not known are left out, as Gemini does. */
export function geminiModel(model: ListedModel): object {
  return {
    name: `models/${model.id}`,
    baseModelId: model.id,
    displayName: model.name,
    ...(model.contextTokens === null ? {} : { inputTokenLimit: model.contextTokens }),
    ...(model.outputTokensMax === null ? {} : { outputTokenLimit: model.outputTokensMax }),
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  };
}
