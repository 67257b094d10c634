import { resolve } from 'node:path';
import { armFailpoints } from '../failpoints/failpoint.js';
import { ConfigError, EXIT_CONFIG } from './config-error.js';
import { readEnvironment, type Environment } from './read-environment.js';
import { repositoryRoot } from './repository-root.js';
import { readOrMakeSecrets, type Secrets } from './secrets-file.js';
import type { SettingName, SettingValues } from './settings.js';
import type { ToolsConfig, WeirConfig, WeirProcess } from './weir-config.js';

/**
 * Checks the settings of a process and types them. The only reader of the environment.
 *
 * @throws ConfigError naming everything that is wrong
 */
export function loadConfig(environment: Environment, process: 'tools'): ToolsConfig;
export function loadConfig(
  environment: Environment,
  process: Exclude<WeirProcess, 'tools'>,
): WeirConfig;
export function loadConfig(
  environment: Environment,
  process: WeirProcess,
): ToolsConfig | WeirConfig {
  const { values, problems } = readEnvironment(environment);
  const isCluster =
    values.DATABASE_URL !== null && values.REDIS_URL !== null && values.WEIR_EMBEDDED !== true;
  problems.push(...crossProblems(values, isCluster), ...missingDatabase(values, process));
  if (problems.length > 0) throw new ConfigError(problems);
  const required = requireValues(values);
  const dataDir = resolve(repositoryRoot(), required('WEIR_DATA_DIR'));
  const secrets = secretsOf(values, dataDir);
  const stripe =
    values.STRIPE_SECRET_KEY !== null && values.STRIPE_WEBHOOK_SECRET !== null
      ? { secretKey: values.STRIPE_SECRET_KEY, webhookSecret: values.STRIPE_WEBHOOK_SECRET }
      : null;
  return {
    ...secrets,
    process,
    profile: isCluster ? 'cluster' : 'embedded',
    environment: required('NODE_ENV'),
    host: required('WEIR_HOST'),
    gatewayPort: required('WEIR_GATEWAY_PORT'),
    consolePort: required('WEIR_CONSOLE_PORT'),
    sandboxPort: required('WEIR_SANDBOX_PORT'),
    dataDir,
    gatewayUrl:
      values.WEIR_GATEWAY_URL ?? `http://127.0.0.1:${String(required('WEIR_GATEWAY_PORT'))}`,
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${String(required('WEIR_CONSOLE_PORT'))}`,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    logLevel: required('LOG_LEVEL'),
    trustProxy: required('TRUST_PROXY'),
    upstreamAllow: required('UPSTREAM_ALLOW'),
    maxInFlight: required('WEIR_MAX_IN_FLIGHT'),
    adminEmail: required('WEIR_ADMIN_EMAIL'),
    adminPassword: values.WEIR_ADMIN_PASSWORD,
    signup: required('WEIR_SIGNUP'),
    currency: required('WEIR_CURRENCY'),
    journalSync: required('WEIR_JOURNAL_SYNC'),
    onDisconnect: required('WEIR_ON_DISCONNECT'),
    sandbox: required('WEIR_SANDBOX'),
    tokenPriceEurNano: required('TOKEN_PRICE_EUR'),
    smtpUrl: values.SMTP_URL,
    mailFrom: required('MAIL_FROM'),
    stripe,
    metricsToken: values.METRICS_TOKEN,
    otelEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    providerKeys: {
      openai: values.OPENAI_API_KEY,
      anthropic: values.ANTHROPIC_API_KEY,
      gemini: values.GEMINI_API_KEY,
      openrouter: values.OPENROUTER_API_KEY,
    },
    ollamaBaseUrl: values.OLLAMA_BASE_URL,
    failpoints: values.FAILPOINTS === true ? required('WEIR_FAILPOINT') : [],
  };
}

/**
 * `loadConfig` of a process's own environment, for the first line of `main.ts`: prints every problem and ends the
 * process with 78. Arms the failpoints.
 */
export function loadConfigOrExit(process: 'tools'): ToolsConfig;
export function loadConfigOrExit(process: Exclude<WeirProcess, 'tools'>): WeirConfig;
export function loadConfigOrExit(name: WeirProcess): ToolsConfig | WeirConfig {
  try {
    const config = name === 'tools' ? loadConfig(process.env, name) : loadConfig(process.env, name);
    armFailpoints(config.failpoints);
    return config;
  } catch (error) {
    // ConfigError is the operator's to mend; anything else is ours.
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(problem);
    return process.exit(EXIT_CONFIG);
  }
}

function crossProblems(values: SettingValues, isCluster: boolean): string[] {
  const problems: string[] = [];
  const ports = (['WEIR_GATEWAY_PORT', 'WEIR_CONSOLE_PORT', 'WEIR_SANDBOX_PORT'] as const).filter(
    (name) => values[name] !== null && values[name] !== 0,
  );
  const doubled = ports.find((name, index) =>
    ports.slice(0, index).some((other) => values[other] === values[name]),
  );
  if (doubled)
    problems.push(
      `${doubled} must differ from the other ports (it is "${String(values[doubled])}").`,
    );
  if (isCluster) {
    for (const name of ['JWT_SECRET', 'KEY_PEPPER', 'SECRETS_KEYS'] as const) {
      if (values[name] === null && !problems.some((problem) => problem.startsWith(name))) {
        problems.push(
          `${name} must be set when DATABASE_URL and REDIS_URL are, so that all processes share it.`,
        );
      }
    }
  }
  if ((values.STRIPE_SECRET_KEY === null) !== (values.STRIPE_WEBHOOK_SECRET === null)) {
    problems.push('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set together.');
  }
  if (values.NODE_ENV === 'production' && values.FAILPOINTS === true) {
    problems.push('FAILPOINTS must not be set in production.');
  }
  return problems;
}

function missingDatabase(values: SettingValues, process: WeirProcess): string[] {
  if (process === 'tools' || values.DATABASE_URL !== null) return [];
  return ['DATABASE_URL must be set for a single process; `npm start` sets it by itself.'];
}

function secretsOf(values: SettingValues, dataDir: string): Secrets {
  const { JWT_SECRET, KEY_PEPPER, SECRETS_KEYS } = values;
  if (JWT_SECRET && KEY_PEPPER && SECRETS_KEYS) {
    return { jwtSecrets: JWT_SECRET, keyPepper: KEY_PEPPER, secretsKeys: SECRETS_KEYS };
  }
  const kept = readOrMakeSecrets(dataDir);
  return {
    jwtSecrets: JWT_SECRET ?? kept.jwtSecrets,
    keyPepper: KEY_PEPPER ?? kept.keyPepper,
    secretsKeys: SECRETS_KEYS ?? kept.secretsKeys,
  };
}

/** Settings with a default are never null once there are no problems; this says so to the compiler. */
function requireValues(values: SettingValues) {
  return <N extends SettingName>(name: N): Exclude<SettingValues[N], null> => {
    const value = values[name];
    if (value === null) throw new Error(`${name} has no default.`);
    return value as Exclude<SettingValues[N], null>;
  };
}
