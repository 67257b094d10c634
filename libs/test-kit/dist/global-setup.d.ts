/** Vitest's globalSetup: one PostgreSQL for the whole run and, where it can be had, one Redis; ended with it. */
export default function globalSetup(): Promise<() => Promise<void>>;
