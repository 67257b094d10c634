/** A payload of NOTIFY: ids only. A list under `a` is merged with others of its channel. */
export type BusPayload = Readonly<Record<string, unknown>>;
/** PostgreSQL refuses 8,000 bytes; some room for what we do not count. */
export declare const PAYLOAD_BYTES_MAX = 7500;
/**
 * Collects what is to be notified for a moment, for each NOTIFY serialises commits: equal payloads once, lists of
 * ids (`{"a": […]}`) as their union, cut into pieces that PostgreSQL takes.
 */
export declare class NotifyBatch {
    #private;
    get isEmpty(): boolean;
    /** Adds one payload. @throws when a single payload is too large */
    add(channel: string, payload: BusPayload): void;
    /** Everything added, as payloads to send; the batch is empty afterwards. */
    take(): {
        channel: string;
        payload: string;
    }[];
}
