/**
 * Every setting, once: name, meaning, default and how its text becomes a value. The configuration, the checks
 * at start and `docs/reference/settings.md` all come from this table.
 */
import { z } from 'zod';
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
/** The settings by the name of their environment variable. */
export declare const SETTINGS: {
    WEIR_HOST: Setting<string>;
    WEIR_GATEWAY_PORT: Setting<number>;
    WEIR_CONSOLE_PORT: Setting<number>;
    WEIR_SANDBOX_PORT: Setting<number>;
    WEIR_DATA_DIR: Setting<string>;
    WEIR_GATEWAY_URL: Setting<string>;
    PUBLIC_URL: Setting<string>;
    DATABASE_URL: Setting<string>;
    REDIS_URL: Setting<string>;
    LOG_LEVEL: Setting<"error" | "info" | "trace" | "debug" | "warn" | "fatal" | "silent">;
    TRUST_PROXY: Setting<string | number | false>;
    JWT_SECRET: Setting<string[]>;
    KEY_PEPPER: Setting<string>;
    SECRETS_KEYS: Setting<Buffer<ArrayBuffer>[]>;
    UPSTREAM_ALLOW: Setting<string[]>;
    WEIR_MAX_IN_FLIGHT: Setting<number>;
    WEIR_ADMIN_EMAIL: Setting<string>;
    WEIR_ADMIN_PASSWORD: Setting<string>;
    WEIR_SIGNUP: Setting<"off" | "invite" | "open">;
    WEIR_CURRENCY: Setting<string>;
    WEIR_JOURNAL_SYNC: Setting<"batch" | "always">;
    WEIR_SANDBOX: Setting<boolean>;
    TOKEN_PRICE_EUR: Setting<bigint>;
    SMTP_URL: Setting<string>;
    MAIL_FROM: Setting<string>;
    STRIPE_SECRET_KEY: Setting<string>;
    STRIPE_WEBHOOK_SECRET: Setting<string>;
    METRICS_TOKEN: Setting<string>;
    OTEL_EXPORTER_OTLP_ENDPOINT: Setting<string>;
    OPENAI_API_KEY: Setting<string>;
    ANTHROPIC_API_KEY: Setting<string>;
    OPENROUTER_API_KEY: Setting<string>;
    OLLAMA_BASE_URL: Setting<string>;
    NODE_ENV: Setting<"development" | "production" | "test">;
    WEIR_EMBEDDED: Setting<boolean>;
    FAILPOINTS: Setting<boolean>;
    WEIR_FAILPOINT: Setting<string[]>;
};
/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;
/** Parsed value of each setting, `null` where none is given and none is the default. */
export type SettingValues = {
    [N in SettingName]: (typeof SETTINGS)[N] extends Setting<infer T> ? T | null : never;
};
