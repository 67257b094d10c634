/** A migrated database of its own. */
export interface TestDatabase {
    /** The owner's URL. */
    readonly url: string;
    drop(): Promise<void>;
}
/** Makes a database from the run's template: everything migrated, BullMQ's schema included, no data but the migrations'. */
export declare function startTestDatabase(): Promise<TestDatabase>;
