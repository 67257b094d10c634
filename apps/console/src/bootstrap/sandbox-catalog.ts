import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { CredentialBox, type WeirConfig } from '@weir/platform';
import { parseMoney } from '@weir/units';

/** A simulated model as the catalogue names it; prices per million tokens. */
interface SandboxModel {
  readonly id: string;
  readonly upstream: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'chat' | 'embeddings';
  readonly hiddenOutput: boolean;
  readonly input: string;
  readonly output: string;
}

const CONTEXT_TOKENS = 128_000;
const OUTPUT_TOKENS_MAX = 16_384;
const SLUG = 'sandbox';
/** Says that a start without the sandbox disabled the provider, so that one with it may enable it again. */
const PAUSED_SETTING = 'sandbox.paused_by_start';

const CHAT = { kind: 'chat', hiddenOutput: false } as const;
const MODELS: readonly SandboxModel[] = [
  {
    ...CHAT,
    id: 'sandbox/chat-small',
    upstream: 'sandbox-small',
    name: 'Sandbox small',
    description: 'Simulated: quick and cheap.',
    input: '0.15',
    output: '0.60',
  },
  {
    ...CHAT,
    id: 'sandbox/chat-large',
    upstream: 'sandbox-large',
    name: 'Sandbox large',
    description: 'Simulated: slower, longer answers.',
    input: '2.50',
    output: '10.00',
  },
  {
    id: 'sandbox/reasoner',
    upstream: 'sandbox-reasoner',
    name: 'Sandbox reasoner',
    description: 'Simulated: thinks before it answers.',
    kind: 'chat',
    hiddenOutput: true,
    input: '1.10',
    output: '4.40',
  },
  {
    ...CHAT,
    id: 'sandbox/exact',
    upstream: 'sandbox-exact',
    name: 'Sandbox exact',
    description: 'Simulated: answers exactly max_tokens, and only output costs.',
    input: '0',
    output: '10.00',
  },
  {
    ...CHAT,
    id: 'sandbox/fast',
    upstream: 'sandbox-fast',
    name: 'Sandbox fast',
    description: 'Simulated: answers from memory, for benchmarks.',
    input: '0.10',
    output: '0.40',
  },
  {
    id: 'sandbox/embed',
    upstream: 'sandbox-embed',
    name: 'Sandbox embed',
    description: 'Simulated: embeddings.',
    kind: 'embeddings',
    hiddenOutput: false,
    input: '0.02',
    output: '0',
  },
];

/**
 * The simulated provider with its models and prices, so that the first request works without any vendor's key.
 * What is there stays as the admin left it; only the address follows the sandbox's port.
 */
export async function seedSandbox(
  client: pg.ClientBase,
  config: Pick<WeirConfig, 'sandbox' | 'sandboxPort' | 'secretsKeys'>,
): Promise<void> {
  const provider = await providerId(client);
  if (!config.sandbox) {
    if (provider !== null) await pause(client, provider);
    return;
  }
  const baseUrl = `http://127.0.0.1:${String(config.sandboxPort)}/openai/v1`;
  if (provider !== null) {
    await client.query(
      'UPDATE provider SET base_url = $2, updated_at = now() WHERE id = $1 AND base_url <> $2',
      [provider, baseUrl],
    );
    await resume(client, provider);
    return;
  }
  const id = randomUUID();
  const credential = `sandbox-${randomBytes(12).toString('hex')}`;
  await client.query(
    `INSERT INTO provider (id, slug, name, kind, base_url, credential, credential_hint, region, forward_headers)
     VALUES ($1, $2, 'Sandbox', 'openai', $3, $4, $5, 'local', $6)`,
    [
      id,
      SLUG,
      baseUrl,
      new CredentialBox(config.secretsKeys).seal(credential, id),
      credential.slice(-4),
      ['x-sandbox-*'],
    ],
  );
  for (const one of MODELS) await seedModel(client, id, one);
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
      one.kind === 'chat' ? ['streaming', ...(one.hiddenOutput ? ['reasoning'] : [])] : [],
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

async function providerId(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM provider WHERE slug = $1', [
    SLUG,
  ]);
  return rows[0]?.id ?? null;
}

/** Without the sandbox its models must not be offered: their calls could only fail. */
async function pause(client: pg.ClientBase, provider: string): Promise<void> {
  const { rowCount } = await client.query(
    'UPDATE provider SET enabled = false, updated_at = now() WHERE id = $1 AND enabled',
    [provider],
  );
  if (rowCount)
    await client.query(
      `INSERT INTO setting (name, value) VALUES ($1, 'true') ON CONFLICT DO NOTHING`,
      [PAUSED_SETTING],
    );
}

async function resume(client: pg.ClientBase, provider: string): Promise<void> {
  const { rowCount } = await client.query('DELETE FROM setting WHERE name = $1', [PAUSED_SETTING]);
  if (rowCount)
    await client.query('UPDATE provider SET enabled = true, updated_at = now() WHERE id = $1', [
      provider,
    ]);
}
