/** One thing a process needs to serve. `check` rejects, or takes too long, when it is missing. */
export interface ReadinessCheck {
  /** Shown by `/readyz`, such as `database`. */
  readonly name: string;
  readonly check: () => unknown;
}

/** Answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  /** Names of what is missing. */
  readonly missing: readonly string[];
}

const CHECK_MS = 1_000;

/** Runs all checks beside each other, each for at most one second. A reason is never shown: it may name hosts. */
export async function readReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const outcomes = await Promise.all(
    checks.map(async ({ name, check }) => ((await passes(check)) ? null : name)),
  );
  const missing = outcomes.filter((name) => name !== null);
  return { ready: missing.length === 0, missing };
}

async function passes(check: () => unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => {
      done(false);
    }, CHECK_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check()).then((answer) => answer !== false), late]);
  } catch {
    // Any failure of the dependency means: not ready.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
