import { type SettingName, type SettingValues } from './settings.js';
/** Text of the settings as processes get it. */
export type Environment = Readonly<Record<string, string | undefined>>;
/**
 * Reads and checks every setting. Empty text counts as not given. Problems are collected, not thrown, so that an
 * operator sees all of them at once.
 */
export declare function readEnvironment(environment: Environment): {
    values: SettingValues;
    problems: string[];
};
/** Names of all settings, in the order of the documentation. */
export declare function settingNames(): SettingName[];
