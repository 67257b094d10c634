// The demo's requests: many plain ones, some faults, some clients that leave. Arrivals are random (open loop), so a
// slow answer never slows the next request down.
import { QUESTIONS } from './questions.mjs';

const IN_FLIGHT_MAX = 200;
const REQUEST_MS_MAX = 120_000;

/** Kinds of request and how often each is sent, of 1,000. */
const MIX = [
  { share: 430, body: chat('small', { stream: true }) },
  { share: 180, body: chat('small', {}) },
  { share: 120, body: chat('large', { stream: true }) },
  { share: 90, body: chat('reasoner', { stream: true, max_tokens: 600 }) },
  { share: 90, body: embeddings() },
  { share: 20, body: chat('small', { stream: true }), leavesAfterMs: [200, 1_500] },
  { share: 15, body: chat('small', {}), headers: { 'x-sandbox-status': '500' } },
  {
    share: 10,
    body: chat('small', {}),
    headers: { 'x-sandbox-status': '429', 'x-sandbox-retry-after': '1' },
  },
  {
    share: 10,
    body: chat('small', { stream: true }),
    headers: { 'x-sandbox-cut-after-bytes': '4000' },
  },
  { share: 10, body: chat('small', { stream: true }), headers: { 'x-sandbox-no-usage': '1' } },
  { share: 10, body: chat('small', {}), headers: { 'x-sandbox-delay-ms': '4000' } },
  {
    share: 8,
    body: () => ({
      path: 'chat/completions',
      json: { model: 'no-such-model', messages: [user()] },
    }),
  },
  { share: 7, body: chat('small', {}), key: 'weir-sk-no-such-key' },
];
const SHARES = MIX.reduce((sum, { share }) => sum + share, 0);

function user() {
  return { role: 'user', content: pick(QUESTIONS) };
}

function chat(size, more) {
  return (models) => ({
    path: 'chat/completions',
    json: { model: models[size], messages: [user()], ...more },
  });
}

function embeddings() {
  return (models) => ({
    path: 'embeddings',
    json: {
      model: models.embed,
      input: Array.from({ length: 1 + random(3) }, () => pick(QUESTIONS)),
    },
  });
}

/** Sends requests from several accounts. */
export class Traffic {
  #gatewayUrl;
  #accounts;
  #models;
  #scoreboard;
  #running = new Set();

  constructor(gatewayUrl, accounts, models, scoreboard) {
    this.#gatewayUrl = gatewayUrl;
    this.#accounts = accounts;
    this.#models = models;
    this.#scoreboard = scoreboard;
  }

  /** Finds the sandbox's models in the catalogue. */
  static async prepare(gatewayUrl, accounts, scoreboard) {
    const response = await fetch(`${gatewayUrl}/v1/models`, {
      headers: { authorization: `Bearer ${accounts[0].key}` },
    });
    const { data = [] } = await response.json();
    const find = (size) => data.find(({ id }) => /sandbox/.test(id) && id.endsWith(size))?.id;
    const models = {
      small: find('small'),
      large: find('large'),
      reasoner: find('reasoner'),
      embed: find('embed'),
    };
    if (models.small === undefined) {
      throw new Error('The catalogue has no sandbox models: start without WEIR_SANDBOX=off.');
    }
    return new Traffic(gatewayUrl, accounts, models, scoreboard);
  }

  /** Sends until the signal, then ends what still runs. */
  async run(rate, stopped) {
    let wander = 0;
    while (!stopped.aborted) {
      wander = Math.max(-1, Math.min(1, wander + (Math.random() - 0.5) * 0.1));
      const tide = Math.sin(Date.now() / 40_000);
      const now = rate * Math.max(0.2, 1 + 0.4 * tide + 0.5 * wander);
      await pause((-Math.log(1 - Math.random()) / now) * 1_000, stopped);
      if (stopped.aborted) break;
      if (this.#running.size >= IN_FLIGHT_MAX) this.#scoreboard.skipped();
      else this.#launch(stopped);
    }
    await Promise.all(this.#running);
  }

  #launch(stopped) {
    const sent = this.#send(stopped).finally(() => this.#running.delete(sent));
    this.#running.add(sent);
  }

  async #send(stopped) {
    const kind = choose();
    const account = pick(this.#accounts);
    const { path, json } = kind.body(this.#models);
    if (json.model === undefined) return;
    const leaves = kind.leavesAfterMs;
    const patience = leaves ? leaves[0] + random(leaves[1] - leaves[0]) : REQUEST_MS_MAX;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(patience)]);
    this.#scoreboard.began();
    try {
      const response = await fetch(`${this.#gatewayUrl}/v1/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${kind.key ?? account.key}`,
          'x-title': 'weir-demo',
          ...kind.headers,
        },
        body: JSON.stringify(json),
        signal,
      });
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += chunk.length;
      this.#scoreboard.ended(response.status, bytes);
    } catch {
      // AbortError: this client left. TypeError: the connection was cut, as some requests ask for.
      this.#scoreboard.ended(signal.aborted ? 'left' : 'cut', 0);
    }
  }
}

function choose() {
  let at = Math.random() * SHARES;
  return MIX.find(({ share }) => (at -= share) < 0) ?? MIX[0];
}

function pick(list) {
  return list[random(list.length)];
}

/** A whole number from 0 to below `limit`. */
function random(limit) {
  return Math.floor(Math.random() * limit);
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
