/** Injection tokens of values that have no class of their own. */

/** The process's `WeirConfig`. */
export const GATEWAY_CONFIG = Symbol('gateway config');
/** The process's `AppLogger`. */
export const GATEWAY_LOGGER = Symbol('gateway logger');
/** The pool for everything but money. */
export const GATEWAY_POOL = Symbol('gateway pool');
