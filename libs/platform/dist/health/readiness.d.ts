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
/** Runs all checks beside each other, each for at most one second. A reason is never shown: it may name hosts. */
export declare function readReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness>;
