import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { CredentialBox, type WeirConfig } from '@weir/platform';

interface GivenProvider {
  readonly slug: string;
  readonly name: string;
  readonly kind: 'openai' | 'anthropic' | 'gemini';
  readonly baseUrl: string;
  readonly credential: string | null;
}

/**
 * Providers whose keys stand in the environment under the vendors' own names: one row each, so that an existing
 * `.env` works. A row that is there is the admin's to change. Answers their slugs.
 */
export async function seedEnvironmentProviders(
  client: pg.ClientBase,
  config: Pick<WeirConfig, 'providerKeys' | 'ollamaBaseUrl' | 'secretsKeys'>,
): Promise<string[]> {
  const box = new CredentialBox(config.secretsKeys);
  const providers = givenProviders(config);
  for (const given of providers) {
    const id = randomUUID();
    await client.query(
      `INSERT INTO provider (id, slug, name, kind, base_url, credential, credential_hint) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (slug) DO NOTHING`,
      [
        id,
        given.slug,
        given.name,
        given.kind,
        given.baseUrl,
        given.credential === null ? null : box.seal(given.credential, id),
        given.credential?.slice(-4) ?? null,
      ],
    );
  }
  return providers.map(({ slug }) => slug);
}

function givenProviders({
  providerKeys,
  ollamaBaseUrl,
}: Pick<WeirConfig, 'providerKeys' | 'ollamaBaseUrl'>): GivenProvider[] {
  const vendors: GivenProvider[] = [
    {
      slug: 'openai',
      name: 'OpenAI',
      kind: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      credential: providerKeys.openai,
    },
    {
      slug: 'anthropic',
      name: 'Anthropic',
      kind: 'anthropic',
      baseUrl: 'https://api.anthropic.com/v1',
      credential: providerKeys.anthropic,
    },
    {
      slug: 'gemini',
      name: 'Gemini',
      kind: 'gemini',
      baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
      credential: providerKeys.gemini,
    },
    {
      slug: 'openrouter',
      name: 'OpenRouter',
      kind: 'openai',
      baseUrl: 'https://openrouter.ai/api/v1',
      credential: providerKeys.openrouter,
    },
  ];
  const given = vendors.filter((vendor) => vendor.credential !== null);
  if (ollamaBaseUrl !== null)
    given.push({
      slug: 'ollama',
      name: 'Ollama',
      kind: 'openai',
      baseUrl: withVersion(ollamaBaseUrl),
      credential: null,
    });
  return given;
}

/** Ollama's own variable names the server; its OpenAI-compatible API lies under `/v1`. */
const withVersion = (url: string): string =>
  /\/v\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}/v1`;
