/**
 * Fan-out between processes by LISTEN/NOTIFY on one connection of its own. A message is a hint to read again, never
 * the truth: it may be lost with its connection. So the connection is asked for a sign of life every 500 ms;
 * `healthy` says whether it gave one, and `reconnected` tells listeners that they may have missed something.
 */
import { EventEmitter } from 'node:events';
import type { WeirConfig } from '../config/index.js';
import { type BusPayload } from './notify-batch.js';
/** Gets the payload as parsed JSON, unchecked: parse it with a schema. */
export type BusHandler = (payload: unknown) => void;
interface BusEvents {
    /** Listening again after a break; messages in between are lost. */
    reconnected: [];
    /** The connection broke or a message could not be sent or handled. */
    error: [Error];
}
/** One LISTEN/NOTIFY connection of a process. */
export declare class PgBus extends EventEmitter<BusEvents> {
    #private;
    private readonly config;
    constructor(config: Pick<WeirConfig, 'databaseUrl' | 'process'>);
    /** Whether the connection listens and answered its last heartbeat. */
    get healthy(): boolean;
    /** Connects. Rejects when the first try fails; later breaks are mended by itself. */
    start(): Promise<void>;
    /** Calls `handler` for every message of a channel. Subscribing before `start` is fine. */
    subscribe(channel: string, handler: BusHandler): Promise<void>;
    /** Sends within 20 ms, merged with what else is sent in that time. Never throws for a broken connection. */
    notify(channel: string, payload: BusPayload): void;
    /** Sends what waits and disconnects. */
    close(): Promise<void>;
}
export {};
