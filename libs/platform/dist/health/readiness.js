const CHECK_MS = 1_000;
/** Runs all checks beside each other, each for at most one second. A reason is never shown: it may name hosts. */
export async function readReadiness(checks) {
    const outcomes = await Promise.all(checks.map(async ({ name, check }) => ((await passes(check)) ? null : name)));
    const missing = outcomes.filter((name) => name !== null);
    return { ready: missing.length === 0, missing };
}
async function passes(check) {
    let timer;
    const late = new Promise((done) => {
        timer = setTimeout(() => {
            done(false);
        }, CHECK_MS);
    });
    try {
        return await Promise.race([Promise.resolve(check()).then((answer) => answer !== false), late]);
    }
    catch {
        // Any failure of the dependency means: not ready.
        return false;
    }
    finally {
        clearTimeout(timer);
    }
}
//# sourceMappingURL=readiness.js.map