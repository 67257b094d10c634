// `npm run demo`: varied traffic from several accounts against a running `npm start`, until Ctrl-C.
//   --rate 4          requests a second on average; the rate wanders around it
//   --seconds 60      stop after that time (default: never)
//   --accounts 4      users to send from, besides the administrator
// It makes its users, credit and keys in the database and needs no login; secrets are kept in demo.json (mode 0600) of
// the data folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Scoreboard } from './demo/scoreboard.mjs';
import { Traffic } from './demo/traffic.mjs';
import { ROOT } from './install.mjs';

const RATE_MAX = 500;
const ACCOUNTS_MAX = 50;
const NOT_RUNNING =
  'No Weir runs here; run `npm start` in another terminal first, or set DATABASE_URL.';

function readOptions() {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '0' },
      accounts: { type: 'string', default: '4' },
    },
  });
  return {
    rate: inRange('--rate', values.rate, 0.01, RATE_MAX),
    seconds: inRange('--seconds', values.seconds, 0, Number.MAX_SAFE_INTEGER),
    accounts: Math.round(inRange('--accounts', values.accounts, 1, ACCOUNTS_MAX)),
  };
}

function inRange(name, text, low, high) {
  const value = Number(text);
  if (Number.isFinite(value) && value >= low && value <= high) return value;
  throw new Error(`${name} is a number from ${low} to ${high}, not "${text}".`);
}

async function main() {
  const options = readOptions();
  const { accounts, gatewayUrl, consoleUrl } = await prepare(options.accounts);
  await reachable(gatewayUrl);
  const scoreboard = new Scoreboard();
  const traffic = await Traffic.prepare(gatewayUrl, accounts, scoreboard);
  console.log(
    `Sending about ${options.rate} requests a second from ${accounts.length} accounts to ${gatewayUrl}. ` +
      `Watch them at ${consoleUrl}/live. Ctrl-C stops.`,
  );
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  if (options.seconds > 0) setTimeout(() => stop.abort(), options.seconds * 1_000).unref();
  scoreboard.start();
  await traffic.run(options.rate, stop.signal);
  scoreboard.stop();
}

/** Users, credit and keys, made by the console's one-shot on the database that runs. */
async function prepare(users) {
  if (!existsSync(join(ROOT, 'apps/console/dist/demo.js'))) {
    throw new Error(NOT_RUNNING);
  }
  const { findEmbeddedPostgres, loadConfigOrExit } = await import('../libs/platform/dist/index.js');
  const { runProgram } = await import('./launcher/database.mjs');
  const config = loadConfigOrExit('tools');
  const embedded =
    config.databaseUrl === null ? findEmbeddedPostgres(join(config.dataDir, 'postgres')) : null;
  const databaseUrl = config.databaseUrl ?? embedded;
  if (!databaseUrl) throw new Error(NOT_RUNNING);
  const env = {
    ...process.env,
    WEIR_DATA_DIR: config.dataDir,
    DATABASE_URL: databaseUrl,
    ...(embedded ? { WEIR_EMBEDDED: '1' } : {}),
  };
  const output = await runProgram('apps/console/dist/demo.js', env, 'Preparing the demo', [
    String(users),
  ]);
  return { ...JSON.parse(output.trim().split('\n').at(-1)), consoleUrl: config.publicUrl };
}

/** Waits a while for a gateway that is just starting. */
async function reachable(url) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (response.ok) return;
    } catch {
      // TypeError or TimeoutError: nothing answers there yet.
    }
    if (Date.now() > deadline) {
      throw new Error(
        `The gateway does not answer at ${url}; run \`npm start\` in another terminal first, or name it with WEIR_GATEWAY_URL.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? `demo: ${error.message}` : error);
  process.exitCode = 1;
});
