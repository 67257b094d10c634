/** `WeirConfig` of this process. */
export const CONFIG = Symbol('config');
/** The process's logger. */
export const LOGGER = Symbol('logger');
/** The pool of this process, as the application role. */
export const POOL = Symbol('pool');
