import { readFileSync } from 'node:fs';
import { SETTINGS } from './settings.js';
const FILE_BYTES_MAX = 64 * 1024;
/**
 * Reads and checks every setting. Empty text counts as not given. Problems are collected, not thrown, so that an
 * operator sees all of them at once.
 */
export function readEnvironment(environment) {
    const problems = [];
    const entries = settingNames().map((name) => [name, readSetting(name, environment, problems)]);
    // Object.fromEntries loses the link between name and type, which the loop keeps by construction.
    const values = Object.fromEntries(entries);
    return { values, problems };
}
/** Names of all settings, in the order of the documentation. */
export function settingNames() {
    return Object.keys(SETTINGS).filter((name) => name in SETTINGS);
}
function readSetting(name, environment, problems) {
    const setting = SETTINGS[name];
    const given = readText(name, environment, problems) ?? setting.fallback;
    if (given === null)
        return null;
    const parsed = setting.schema.safeParse(given);
    if (parsed.success)
        return parsed.data;
    const shown = 'secret' in setting ? '' : ` (it is "${given.slice(0, 60)}")`;
    const reasons = new Set(parsed.error.issues.map((issue) => issue.message));
    problems.push(`${name} ${[...reasons].join('; ')}${shown}.`);
    return null;
}
function readText(name, environment, problems) {
    const plain = environment[name] === '' ? undefined : environment[name];
    if (!('secret' in SETTINGS[name]))
        return plain ?? null;
    const file = environment[`${name}_FILE`];
    if (file === undefined || file === '')
        return plain ?? null;
    if (plain !== undefined) {
        problems.push(`${name} and ${name}_FILE are both set; keep one.`);
        return null;
    }
    try {
        return readFileSync(file, 'utf8').slice(0, FILE_BYTES_MAX).trim();
    }
    catch (error) {
        // ENOENT, EACCES and the like: the operator has to see which.
        const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
        problems.push(`${name}_FILE cannot be read: ${file} (${reason}).`);
        return null;
    }
}
//# sourceMappingURL=read-environment.js.map