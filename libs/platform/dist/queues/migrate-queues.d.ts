/**
 * Brings BullMQ's schema to the newest version and lets the application role use it. Part of the migrate step, after
 * the product's own migrations (which make the role): on an unmigrated schema a worker would loop until out of
 * memory. Repeating it is harmless; two at once wait for each other.
 */
export declare function migrateQueues(ownerUrl: string): Promise<void>;
