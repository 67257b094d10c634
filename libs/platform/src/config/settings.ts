/**
 * Every setting, once: name, meaning, default and how its text becomes a value. The configuration, the checks
 * at start and `docs/reference/settings.md` all come from this table.
 */
import { z } from 'zod';
import {
  decimalToNano,
  list,
  networkEntry,
  port,
  signingKeys,
  trustedProxies,
  encryptionKeys,
  httpUrl,
  urlOf,
} from './parsers.js';

/** How one setting is read. `schema` takes the text of the environment. */
export interface Setting<T> {
  /** What it does, one sentence for the operator. */
  readonly meaning: string;
  /** Default as text; `null` = none. What `loadConfig` derives is told in `defaultNote`. */
  readonly fallback: string | null;
  /** How the default comes about where it is not a constant. */
  readonly defaultNote?: string;
  /** Secrets can also be given as `NAME_FILE` and never appear in messages. */
  readonly secret?: true;
  /** Set by the launcher and by tests; not for operators. */
  readonly internal?: true;
  readonly schema: z.ZodType<T, string>;
}

const countUpTo = (most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, `must be between 1 and ${String(most)}`);
const text = z.string().max(4_096);
const onOff = z
  .enum(['on', 'off'], { error: 'must be "on" or "off"' })
  .transform((value) => value === 'on');
const flag = z
  .enum(['0', '1'], { error: 'must be "1" or "0"' })
  .transform((value) => value === '1');

function define<T>(setting: Setting<T>): Setting<T> {
  return setting;
}

/** The settings by the name of their environment variable. */
export const SETTINGS = {
  WEIR_HOST: define({
    meaning: 'Address to listen on; `0.0.0.0` for all.',
    fallback: '127.0.0.1',
    schema: text.regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an IP address'),
  }),
  WEIR_GATEWAY_PORT: define({
    meaning: 'Port of the gateway (`/v1/*`); 0 = chosen by the kernel.',
    fallback: '4000',
    schema: port,
  }),
  WEIR_CONSOLE_PORT: define({
    meaning: 'Port of the console and dashboard.',
    fallback: '4001',
    schema: port,
  }),
  WEIR_SANDBOX_PORT: define({
    meaning: 'Port of the simulated providers.',
    fallback: '4002',
    schema: port,
  }),
  WEIR_DATA_DIR: define({
    meaning:
      'Folder of the journal, the secrets and the embedded PostgreSQL; relative to the repository.',
    fallback: '.weir',
    schema: text.min(1),
  }),
  WEIR_GATEWAY_URL: define({
    meaning: 'Where the console and its users reach the gateway, without `/v1`.',
    fallback: null,
    defaultNote: '`http://127.0.0.1:<WEIR_GATEWAY_PORT>`',
    schema: httpUrl,
  }),
  PUBLIC_URL: define({
    meaning: 'Where browsers reach the console; `https` turns on secure cookies and HSTS.',
    fallback: null,
    defaultNote: '`http://localhost:<WEIR_CONSOLE_PORT>`',
    schema: httpUrl,
  }),
  DATABASE_URL: define({
    meaning: "The owner's URL of your PostgreSQL (15 or newer).",
    fallback: null,
    defaultNote: 'the embedded PostgreSQL',
    secret: true,
    schema: urlOf('postgres:', 'postgresql:'),
  }),
  REDIS_URL: define({
    meaning: 'Redis for queues and rate limits; with DATABASE_URL this is the cluster profile.',
    fallback: null,
    defaultNote: 'queues on PostgreSQL',
    secret: true,
    schema: urlOf('redis:', 'rediss:'),
  }),
  LOG_LEVEL: define({
    meaning: 'Least level that is logged.',
    fallback: 'info',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    }),
  }),
  TRUST_PROXY: define({
    meaning:
      'Proxies whose `X-Forwarded-For` counts: `off`, a number of hops, or a comma list of CIDRs.',
    fallback: 'off',
    schema: trustedProxies,
  }),
  JWT_SECRET: define({
    meaning: 'Signs access tokens; ≥ 32 characters; several, newest first.',
    fallback: null,
    defaultNote: 'made once, kept in `secrets.json`',
    secret: true,
    schema: signingKeys,
  }),
  KEY_PEPPER: define({
    meaning: 'Keys the digests of API keys; ≥ 32 characters; changing it ends every key.',
    fallback: null,
    defaultNote: 'made once, kept in `secrets.json`',
    secret: true,
    schema: z.string().min(32, 'must have at least 32 characters').max(512),
  }),
  SECRETS_KEYS: define({
    meaning: "Encrypts providers' credentials; each 32 bytes in base64; several, newest first.",
    fallback: null,
    defaultNote: 'made once, kept in `secrets.json`',
    secret: true,
    schema: encryptionKeys,
  }),
  UPSTREAM_ALLOW: define({
    meaning: 'Private addresses the gateway may call: comma list of CIDR or CIDR:port.',
    fallback: '',
    defaultNote: "none; `npm start` adds the sandbox's address and port",
    schema: list(networkEntry),
  }),
  WEIR_MAX_IN_FLIGHT: define({
    meaning: 'Requests that one gateway runs at once; more are refused with 503.',
    fallback: '5000',
    schema: countUpTo(100_000),
  }),
  WEIR_ADMIN_EMAIL: define({
    meaning: 'E-mail of the first admin, made when the database is empty.',
    fallback: 'admin@weir.local',
    schema: z.email({ error: 'must be an e-mail address' }),
  }),
  WEIR_ADMIN_PASSWORD: define({
    meaning: 'Password of the first admin; ≥ 10 characters.',
    fallback: null,
    defaultNote: 'a random one, printed once',
    secret: true,
    schema: z.string().min(10, 'must have at least 10 characters').max(200),
  }),
  WEIR_SIGNUP: define({
    meaning: 'Who may make an account: `invite`, `open` or `off`.',
    fallback: 'invite',
    schema: z.enum(['invite', 'open', 'off'], { error: 'must be invite, open or off' }),
  }),
  WEIR_CURRENCY: define({
    meaning: 'ISO 4217 code of the ledger; fixed once money was booked.',
    fallback: 'USD',
    schema: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters, such as USD'),
  }),
  WEIR_JOURNAL_SYNC: define({
    meaning:
      '`batch`: fdatasync every 50 ms; `always`: awaited before dispatch and before the final bytes.',
    fallback: 'batch',
    schema: z.enum(['batch', 'always'], { error: 'must be batch or always' }),
  }),
  WEIR_ON_DISCONNECT: define({
    meaning:
      'What happens upstream when a client leaves: `drain` reads on up to 30 s for the true usage, `abort` stops at once and charges what was counted.',
    fallback: 'drain',
    schema: z.enum(['drain', 'abort'], { error: 'must be drain or abort' }),
  }),
  WEIR_SANDBOX: define({
    meaning: 'Whether `npm start` runs the simulated providers.',
    fallback: 'on',
    schema: onOff,
  }),
  TOKEN_PRICE_EUR: define({
    meaning: "First value of the budget price per token; afterwards the admin's history.",
    fallback: '0.00002',
    schema: decimalToNano,
  }),
  SMTP_URL: define({
    meaning: 'Mail server, such as `smtps://user:password@host`.',
    fallback: null,
    defaultNote: 'no mail is sent',
    secret: true,
    schema: urlOf('smtp:', 'smtps:'),
  }),
  MAIL_FROM: define({
    meaning: 'Sender of mails.',
    fallback: 'Weir <weir@localhost>',
    schema: text.min(3),
  }),
  STRIPE_SECRET_KEY: define({
    meaning: 'Turns top-ups on.',
    fallback: null,
    defaultNote: 'admins grant credit',
    secret: true,
    schema: z
      .string()
      .regex(/^[rs]k_(test|live)_\w+$/, 'must begin with sk_test_, sk_live_, rk_test_ or rk_live_'),
  }),
  STRIPE_WEBHOOK_SECRET: define({
    meaning: "Verifies Stripe's webhooks; needed with STRIPE_SECRET_KEY.",
    fallback: null,
    secret: true,
    schema: z.string().regex(/^whsec_\S{8,}$/, 'must begin with whsec_'),
  }),
  METRICS_TOKEN: define({
    meaning: 'Bearer token that `/metrics` asks for.',
    fallback: null,
    defaultNote: '`/metrics` answers loopback only',
    secret: true,
    schema: z.string().min(16, 'must have at least 16 characters').max(512),
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: define({
    meaning: 'OpenTelemetry collector.',
    fallback: null,
    defaultNote: 'no traces',
    schema: httpUrl,
  }),
  OPENAI_API_KEY: define({
    meaning:
      'Adds OpenAI as a provider, with the models and prices of the catalogue, at the first start.',
    fallback: null,
    secret: true,
    schema: text.min(8),
  }),
  ANTHROPIC_API_KEY: define({
    meaning:
      'Adds Anthropic as a provider, with the models and prices of the catalogue, at the first start.',
    fallback: null,
    secret: true,
    schema: text.min(8),
  }),
  GEMINI_API_KEY: define({
    meaning: 'Adds Gemini as a provider at the first start.',
    fallback: null,
    secret: true,
    schema: text.min(8),
  }),
  OPENROUTER_API_KEY: define({
    meaning:
      'Adds OpenRouter as a provider, with the models and prices of the catalogue, at the first start.',
    fallback: null,
    secret: true,
    schema: text.min(8),
  }),
  OLLAMA_BASE_URL: define({
    meaning: 'Adds an Ollama server as a provider; its address is allowed by being given.',
    fallback: null,
    schema: httpUrl,
  }),
  NODE_ENV: define({
    meaning: 'The usual meaning; `production` refuses failpoints and an unsafe Redis.',
    fallback: 'development',
    schema: z.enum(['production', 'development', 'test'], {
      error: 'must be production, development or test',
    }),
  }),
  WEIR_EMBEDDED: define({
    meaning: 'DATABASE_URL is the embedded server.',
    fallback: '0',
    internal: true,
    schema: flag,
  }),
  FAILPOINTS: define({
    meaning: 'Arms WEIR_FAILPOINT.',
    fallback: '0',
    internal: true,
    schema: flag,
  }),
  WEIR_FAILPOINT: define({
    meaning: 'Comma list of `name:nth:action`; action kill, stop, throw or delay=<ms>.',
    fallback: '',
    internal: true,
    schema: list(
      z.string().regex(/^[\w-]+:\d+:(kill|stop|throw|delay=\d+)$/, 'must be name:nth:action'),
    ),
  }),
};

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** Parsed value of each setting, `null` where none is given and none is the default. */
export type SettingValues = {
  [N in SettingName]: (typeof SETTINGS)[N] extends Setting<infer T> ? T | null : never;
};
