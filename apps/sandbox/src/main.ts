import { Sandbox } from './sandbox-server.js';
import { readSettings, SettingsError } from './settings.js';
import { warmTokenCounter } from './simulation/token-counter.js';

/** Exit code of a setting that cannot be used (sysexits EX_CONFIG). */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const sandbox = await Sandbox.start(settings);
  await warmTokenCounter();

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void sandbox.close().then(() => process.exit(0));
  };
  // Ctrl-C reaches the whole group; the launcher decides the order in which its children stop.
  if (process.send === undefined) process.on('SIGINT', stop);
  else process.on('SIGINT', () => undefined);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);

  if (process.send !== undefined) process.send({ type: 'ready', port: sandbox.port });
  else console.log(`sandbox listens on http://${settings.host}:${String(sandbox.port)}`);
}

main().catch((error: unknown) => {
  const isConfig = error instanceof SettingsError;
  console.error(error instanceof Error ? `sandbox: ${error.message}` : error);
  process.exit(isConfig ? EXIT_CONFIG : 1);
});
