/**
 * Places where a test may kill, stop or break a process. Without `FAILPOINTS=1` the map stays empty and a
 * failpoint costs one lookup of a boolean. A point is named by reliability B.2 (`FP1`…`FP12`) or by what happens
 * there (`recovery-settled`).
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

type Action = 'kill' | 'stop' | 'throw' | { readonly delayMs: number };

interface Armed {
  hitsLeft: number;
  readonly action: Action;
}

const armed = new Map<string, Armed[]>();
let anyArmed = false;

/** Thrown by a failpoint whose action is `throw`. */
export class FailpointError extends Error {
  constructor(name: string) {
    super(`failpoint ${name}`);
    this.name = 'FailpointError';
  }
}

/** Arms points given as `name:nth:action`, replacing what was armed before. Called once, by the configuration. */
export function armFailpoints(specs: readonly string[]): void {
  armed.clear();
  for (const spec of specs) {
    const [name = '', nth = '1', action = 'kill'] = spec.split(':');
    const points = armed.get(name) ?? [];
    points.push({ hitsLeft: Number(nth), action: parseAction(action) });
    armed.set(name, points);
  }
  anyArmed = armed.size > 0;
}

/**
 * A place that a test may hit. `kill` and `stop` act on the whole process before this returns. A point with a
 * delay answers a promise, so a place that is not awaited ignores delays.
 */
export function failpoint(name: string): void | Promise<void> {
  if (!anyArmed) return;
  for (const point of armed.get(name) ?? []) {
    point.hitsLeft -= 1;
    if (point.hitsLeft === 0) return act(name, point.action);
  }
}

function act(name: string, action: Action): void | Promise<void> {
  if (action === 'throw') throw new FailpointError(name);
  // Said before it happens, and synchronously: whoever killed this process can see that it was the point.
  writeSync(process.stderr.fd, `failpoint ${name}\n`);
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  else return delay(action.delayMs);
}

function parseAction(text: string): Action {
  if (text === 'kill' || text === 'stop' || text === 'throw') return text;
  return { delayMs: Number(text.replace('delay=', '')) };
}
