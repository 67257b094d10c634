/** Exit code of a process whose settings cannot be used (`EX_CONFIG` of sysexits). */
export const EXIT_CONFIG = 78;
/** All that is wrong with the settings, told at once. Values of secrets never appear. */
export class ConfigError extends Error {
    problems;
    constructor(
    /** One sentence each, beginning with the setting's name. */
    problems) {
        super(problems.join('\n'));
        this.problems = problems;
        this.name = 'ConfigError';
    }
}
//# sourceMappingURL=config-error.js.map