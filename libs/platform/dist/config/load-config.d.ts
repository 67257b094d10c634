import { type Environment } from './read-environment.js';
import type { ToolsConfig, WeirConfig, WeirProcess } from './weir-config.js';
/**
 * Checks the settings of a process and types them. The only reader of the environment.
 *
 * @throws ConfigError naming everything that is wrong
 */
export declare function loadConfig(environment: Environment, process: 'tools'): ToolsConfig;
export declare function loadConfig(environment: Environment, process: Exclude<WeirProcess, 'tools'>): WeirConfig;
/**
 * `loadConfig` of a process's own environment, for the first line of `main.ts`: prints every problem and ends the
 * process with 78. Arms the failpoints.
 */
export declare function loadConfigOrExit(process: 'tools'): ToolsConfig;
export declare function loadConfigOrExit(process: Exclude<WeirProcess, 'tools'>): WeirConfig;
