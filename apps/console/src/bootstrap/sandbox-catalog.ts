import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { CredentialBox, type WeirConfig } from '@weir/platform';
import { parseMoney } from '@weir/units';
import { SANDBOX_PROVIDERS, type SandboxModel, type SandboxProvider } from './sandbox-models.js';

const CONTEXT_TOKENS = 128_000;
const OUTPUT_TOKENS_MAX = 16_384;

/**
 * The simulated providers with their models and prices, so that the first request works without any vendor's key.
 * What is there stays as the admin left it; only the addresses follow the sandbox's port.
 */
export async function seedSandbox(
  client: pg.ClientBase,
  config: Pick<WeirConfig, 'sandbox' | 'sandboxPort' | 'secretsKeys'>,
): Promise<void> {
  for (const provider of SANDBOX_PROVIDERS) await seedProvider(client, provider, config);
}

async function seedProvider(
  client: pg.ClientBase,
  one: SandboxProvider,
  config: Pick<WeirConfig, 'sandbox' | 'sandboxPort' | 'secretsKeys'>,
): Promise<void> {
  const existing = await providerId(client, one.slug);
  if (!config.sandbox) {
    if (existing !== null) await pause(client, existing, one.slug);
    return;
  }
  const baseUrl = `http://127.0.0.1:${String(config.sandboxPort)}/${one.path}`;
  if (existing !== null) {
    await client.query(
      'UPDATE provider SET base_url = $2, updated_at = now() WHERE id = $1 AND base_url <> $2',
      [existing, baseUrl],
    );
    await resume(client, existing, one.slug);
    return;
  }
  const id = randomUUID();
  const credential = `sandbox-${randomBytes(12).toString('hex')}`;
  await client.query(
    `INSERT INTO provider (id, slug, name, kind, base_url, credential, credential_hint, region, forward_headers)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'local', $8)`,
    [
      id,
      one.slug,
      one.name,
      one.kind,
      baseUrl,
      new CredentialBox(config.secretsKeys).seal(credential, id),
      credential.slice(-4),
      ['x-sandbox-*'],
    ],
  );
  for (const model of one.models) await seedModel(client, id, model);
}

async function seedModel(
  client: pg.ClientBase,
  provider: string,
  one: SandboxModel,
): Promise<void> {
  await client.query(
    `INSERT INTO model (id, name, description, kind, context_tokens, output_tokens_max, hidden_output, capabilities)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      one.id,
      one.name,
      one.description,
      one.kind,
      CONTEXT_TOKENS,
      one.kind === 'chat' ? OUTPUT_TOKENS_MAX : null,
      one.hiddenOutput,
      one.capabilities,
    ],
  );
  await client.query(
    'INSERT INTO endpoint (id, provider, model, upstream_model, region) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [randomUUID(), provider, one.id, one.upstream, 'local'],
  );
  await client.query(
    `INSERT INTO price (model, valid_from, input_nano, output_nano, source)
     SELECT $1, now() - interval '1 minute', $2, $3, 'sandbox' WHERE NOT EXISTS (SELECT 1 FROM price WHERE model = $1)`,
    [one.id, parseMoney(one.input).toString(), parseMoney(one.output).toString()],
  );
}

async function providerId(client: pg.ClientBase, slug: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM provider WHERE slug = $1', [
    slug,
  ]);
  return rows[0]?.id ?? null;
}

/** Names the setting which says that a start without the sandbox disabled a provider, so one with it may enable it. */
function pausedSetting(slug: string): string {
  return `${slug}.paused_by_start`;
}

/** Without the sandbox its models must not be offered: their calls could only fail. */
async function pause(client: pg.ClientBase, provider: string, slug: string): Promise<void> {
  const { rowCount } = await client.query(
    'UPDATE provider SET enabled = false, updated_at = now() WHERE id = $1 AND enabled',
    [provider],
  );
  if (rowCount)
    await client.query(
      `INSERT INTO setting (name, value) VALUES ($1, 'true') ON CONFLICT DO NOTHING`,
      [pausedSetting(slug)],
    );
}

async function resume(client: pg.ClientBase, provider: string, slug: string): Promise<void> {
  const { rowCount } = await client.query('DELETE FROM setting WHERE name = $1', [
    pausedSetting(slug),
  ]);
  if (rowCount)
    await client.query('UPDATE provider SET enabled = true, updated_at = now() WHERE id = $1', [
      provider,
    ]);
}
