import type { ListedModel } from './listed-model.js';
import type { ModelPage } from './model-query.js';
import { supportedParameters } from './supported-parameters.js';

const MS_PER_S = 1_000;
/** Decimals of a price per token: nano of a millionth. */
const TOKEN_PRICE_DECIMALS = 15;
const REQUEST_PRICE_DECIMALS = 9;

/** OpenAI's list, each entry with what OpenRouter's clients read beside it. */
export function openAiModelList(models: readonly ListedModel[]): object {
  return { object: 'list', data: models.map(openAiModel) };
}

/** One page of it; a link to the next only where somebody asked for pages. */
export function openAiModelPage({ models, next }: ModelPage): object {
  return { ...openAiModelList(models), ...(next === undefined ? {} : { links: { next } }) };
}

/** One entry. */
export function openAiModel(model: ListedModel): object {
  const { pricing } = model;
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.createdAtMs / MS_PER_S),
    owned_by: model.owner,
    name: model.name,
    description: model.description,
    context_length: model.contextTokens,
    architecture: {
      input_modalities: model.takesImages ? ['text', 'image'] : ['text'],
      output_modalities: [OUTPUT_MODALITIES[model.kind]],
      // Which tokenizer a provider uses is nobody's to say.
      tokenizer: 'Other',
    },
    pricing: pricing === null ? null : pricingView(pricing),
    top_provider: {
      context_length: model.contextTokens,
      max_completion_tokens: model.outputTokensMax,
      is_moderated: false,
    },
    supported_parameters: supportedParameters(model),
    expiration_date: null,
  };
}

const OUTPUT_MODALITIES: Readonly<Record<ListedModel['kind'], string>> = {
  chat: 'text',
  embeddings: 'embeddings',
  images: 'image',
  audio: 'audio',
  rerank: 'rerank',
};

/** Per token, as OpenRouter has them: exact decimal texts, never floats. */
function pricingView(price: NonNullable<ListedModel['pricing']>): Record<string, string> {
  return {
    prompt: decimal(price.input, TOKEN_PRICE_DECIMALS),
    completion: decimal(price.output, TOKEN_PRICE_DECIMALS),
    request: decimal(price.request, REQUEST_PRICE_DECIMALS),
    input_cache_read: decimal(price.cacheRead, TOKEN_PRICE_DECIMALS),
    input_cache_write: decimal(price.cacheWrite5m, TOKEN_PRICE_DECIMALS),
    // Reasoning is billed as output.
    internal_reasoning: decimal(price.output, TOKEN_PRICE_DECIMALS),
  };
}

function decimal(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
