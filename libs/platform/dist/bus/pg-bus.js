/**
 * Fan-out between processes by LISTEN/NOTIFY on one connection of its own. A message is a hint to read again, never
 * the truth: it may be lost with its connection. So the connection is asked for a sign of life every 500 ms;
 * `healthy` says whether it gave one, and `reconnected` tells listeners that they may have missed something.
 */
import { EventEmitter } from 'node:events';
import pg from 'pg';
import { APPLICATION_ROLE } from '../database/index.js';
import { NotifyBatch } from './notify-batch.js';
const HEARTBEAT_MS = 500;
const HEARTBEAT_ANSWER_MS = 1_000;
const CONNECT_MS = 2_000;
const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 2_000;
const MERGE_MS = 20;
const CHANNEL = /^[a-z_]{1,63}$/;
/** One LISTEN/NOTIFY connection of a process. */
export class PgBus extends EventEmitter {
    config;
    #handlers = new Map();
    #batch = new NotifyBatch();
    #client = null;
    #heartbeat;
    #retry;
    #merging;
    #sending = Promise.resolve();
    #backOffMs = BACK_OFF_MS_MIN;
    #healthy = false;
    #closed = false;
    #everConnected = false;
    constructor(config) {
        super();
        this.config = config;
        // A break is survived by itself; nobody has to listen to it.
        this.on('error', () => undefined);
    }
    /** Whether the connection listens and answered its last heartbeat. */
    get healthy() {
        return this.#healthy;
    }
    /** Connects. Rejects when the first try fails; later breaks are mended by itself. */
    async start() {
        await this.#connect();
    }
    /** Calls `handler` for every message of a channel. Subscribing before `start` is fine. */
    async subscribe(channel, handler) {
        if (!CHANNEL.test(channel))
            throw new Error(`"${channel}" is not a channel's name.`);
        const handlers = this.#handlers.get(channel) ?? new Set();
        handlers.add(handler);
        this.#handlers.set(channel, handlers);
        if (handlers.size === 1)
            await this.#client?.query(`LISTEN ${channel}`);
    }
    /** Sends within 20 ms, merged with what else is sent in that time. Never throws for a broken connection. */
    notify(channel, payload) {
        if (this.#closed)
            return;
        this.#batch.add(channel, payload);
        this.#merging ??= setTimeout(() => {
            this.#merging = undefined;
            this.#sending = this.#sending.then(() => this.#send());
        }, MERGE_MS);
    }
    /** Sends what waits and disconnects. */
    async close() {
        if (this.#closed)
            return;
        this.#closed = true;
        clearTimeout(this.#merging);
        clearTimeout(this.#retry);
        this.#sending = this.#sending.then(() => this.#send());
        await this.#sending;
        this.#drop();
    }
    async #send() {
        const client = this.#client;
        // While broken, messages wait in the batch: they are merged ids and cannot grow without bound.
        if (this.#batch.isEmpty || client === null)
            return;
        const messages = this.#batch.take();
        try {
            await client.query('SELECT pg_notify(c, p) FROM unnest($1::text[], $2::text[]) AS m(c, p)', [
                messages.map(({ channel }) => channel),
                messages.map(({ payload }) => payload),
            ]);
        }
        catch (error) {
            // Lost with the connection; listeners read again after `reconnected`.
            this.emit('error', asError(error));
        }
    }
    async #connect() {
        const client = new pg.Client({
            connectionString: this.config.databaseUrl,
            connectionTimeoutMillis: CONNECT_MS,
            query_timeout: HEARTBEAT_ANSWER_MS,
            keepAlive: true,
            application_name: `weir ${this.config.process} bus`,
            options: `-c role=${APPLICATION_ROLE}`,
        });
        client.on('error', (error) => {
            this.#broken(client, error);
        });
        client.on('end', () => {
            this.#broken(client, new Error('The connection of the bus ended.'));
        });
        client.on('notification', (message) => {
            this.#deliver(message);
        });
        try {
            await client.connect();
            for (const channel of this.#handlers.keys())
                await client.query(`LISTEN ${channel}`);
        }
        catch (error) {
            client.end().catch(() => undefined);
            throw error;
        }
        if (this.#closed) {
            await client.end();
            return;
        }
        this.#client = client;
        this.#healthy = true;
        this.#backOffMs = BACK_OFF_MS_MIN;
        this.#beatLater(client);
        if (this.#everConnected)
            this.emit('reconnected');
        this.#everConnected = true;
        await this.#send();
    }
    #deliver(message) {
        for (const handler of this.#handlers.get(message.channel) ?? []) {
            try {
                handler(JSON.parse(message.payload ?? '{}'));
            }
            catch (error) {
                // One handler's failure is not another's, nor the connection's.
                this.emit('error', asError(error));
            }
        }
    }
    #beatLater(client) {
        this.#heartbeat = setTimeout(() => {
            client.query('SELECT 1').then(() => {
                if (this.#client === client)
                    this.#beatLater(client);
            }, (error) => {
                this.#broken(client, asError(error));
            });
        }, HEARTBEAT_MS);
        this.#heartbeat.unref();
    }
    #broken(client, error) {
        if (this.#client !== client)
            return;
        this.#drop();
        if (this.#closed)
            return;
        this.emit('error', error);
        this.#reconnectLater();
    }
    #reconnectLater() {
        // Half of it is random, so that processes do not come back in step.
        const waitMs = this.#backOffMs * (0.5 + Math.random() / 2);
        this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS_MAX);
        this.#retry = setTimeout(() => {
            this.#connect().catch((error) => {
                this.emit('error', asError(error));
                if (!this.#closed)
                    this.#reconnectLater();
            });
        }, waitMs);
        this.#retry.unref();
    }
    #drop() {
        const client = this.#client;
        this.#client = null;
        this.#healthy = false;
        clearTimeout(this.#heartbeat);
        // A frozen server never answers the farewell; the socket goes with the process at the latest.
        client?.end().catch(() => undefined);
    }
}
function asError(error) {
    return error instanceof Error ? error : new Error(String(error));
}
//# sourceMappingURL=pg-bus.js.map