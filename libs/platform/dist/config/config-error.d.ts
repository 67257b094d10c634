/** Exit code of a process whose settings cannot be used (`EX_CONFIG` of sysexits). */
export declare const EXIT_CONFIG = 78;
/** All that is wrong with the settings, told at once. Values of secrets never appear. */
export declare class ConfigError extends Error {
    /** One sentence each, beginning with the setting's name. */
    readonly problems: readonly string[];
    constructor(
    /** One sentence each, beginning with the setting's name. */
    problems: readonly string[]);
}
