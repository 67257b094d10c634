// `npm run demo`: varied traffic from several accounts against a running `npm start`, until Ctrl-C. Plain Node ≥ 20.
//   --rate 4          requests a second on average; the rate wanders around it
//   --seconds 60      stop after that time (default: never)
//   --accounts 4      accounts to send from
//   --admin-email, --admin-password   needed once, to make the accounts; or WEIR_ADMIN_EMAIL, WEIR_ADMIN_PASSWORD
// Accounts and keys are kept in demo.json of the data folder (mode 0600), so later runs need no login.
import { parseArgs } from 'node:util';
import { ensureAccounts } from './demo/accounts.mjs';
import { Scoreboard } from './demo/scoreboard.mjs';
import { Traffic } from './demo/traffic.mjs';

const RATE_MAX = 500;
const ACCOUNTS_MAX = 50;

function readOptions() {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '0' },
      accounts: { type: 'string', default: '4' },
      'admin-email': { type: 'string' },
      'admin-password': { type: 'string' },
    },
  });
  const env = process.env;
  return {
    rate: inRange('--rate', values.rate, 0.01, RATE_MAX),
    seconds: inRange('--seconds', values.seconds, 0, Number.MAX_SAFE_INTEGER),
    accounts: Math.round(inRange('--accounts', values.accounts, 1, ACCOUNTS_MAX)),
    admin: {
      email: values['admin-email'] ?? env.WEIR_ADMIN_EMAIL ?? null,
      password: values['admin-password'] ?? env.WEIR_ADMIN_PASSWORD ?? null,
    },
    gatewayUrl: env.WEIR_GATEWAY_URL ?? `http://127.0.0.1:${env.WEIR_GATEWAY_PORT ?? '4000'}`,
    consoleUrl: env.PUBLIC_URL ?? `http://127.0.0.1:${env.WEIR_CONSOLE_PORT ?? '4001'}`,
  };
}

function inRange(name, text, low, high) {
  const value = Number(text);
  if (Number.isFinite(value) && value >= low && value <= high) return value;
  throw new Error(`${name} is a number from ${low} to ${high}, not "${text}".`);
}

async function main() {
  const options = readOptions();
  await reachable('gateway', options.gatewayUrl);
  await reachable('console', options.consoleUrl);
  const accounts = await ensureAccounts(options);
  const scoreboard = new Scoreboard();
  const traffic = await Traffic.prepare(options.gatewayUrl, accounts, scoreboard);
  console.log(
    `Sending about ${options.rate} requests a second from ${accounts.length} accounts to ${options.gatewayUrl}. ` +
      `Watch them at ${options.consoleUrl}/live. Ctrl-C stops.`,
  );
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  if (options.seconds > 0) setTimeout(() => stop.abort(), options.seconds * 1_000).unref();
  scoreboard.start();
  await traffic.run(options.rate, stop.signal);
  scoreboard.stop();
}

/** Waits a while for a server that is just starting. */
async function reachable(name, url) {
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
        `The ${name} does not answer at ${url}. Run \`npm start\` in another terminal first.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? `demo: ${error.message}` : error);
  process.exitCode = 1;
});
