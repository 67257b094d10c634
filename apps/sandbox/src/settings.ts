/** The sandbox's settings; this file alone reads the environment. */
export interface Settings {
  readonly host: string;
  /** 0 = one from the kernel. */
  readonly port: number;
  /** NDJSON file of everything produced, or null. */
  readonly logPath: string | null;
}

/** A setting that cannot be used; the process ends with exit code 78. */
export class SettingsError extends Error {}

/** Reads and checks the settings. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = env['WEIR_SANDBOX_PORT'] ?? '4002';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new SettingsError(`WEIR_SANDBOX_PORT is a port from 0 to 65535, not "${port}".`);
  }
  const logPath = env['WEIR_SANDBOX_LOG'] ?? '';
  return {
    host: env['WEIR_HOST'] ?? '127.0.0.1',
    port: Number(port),
    logPath: logPath === '' ? null : logPath,
  };
}
