/** PostgreSQL refuses 8,000 bytes; some room for what we do not count. */
export const PAYLOAD_BYTES_MAX = 7_500;
/**
 * Collects what is to be notified for a moment, for each NOTIFY serialises commits: equal payloads once, lists of
 * ids (`{"a": […]}`) as their union, cut into pieces that PostgreSQL takes.
 */
export class NotifyBatch {
    #lists = new Map();
    #others = new Map();
    get isEmpty() {
        return this.#lists.size === 0 && this.#others.size === 0;
    }
    /** Adds one payload. @throws when a single payload is too large */
    add(channel, payload) {
        const ids = idsOf(payload);
        if (ids) {
            const list = this.#lists.get(channel) ?? new Set();
            for (const id of ids)
                list.add(id);
            this.#lists.set(channel, list);
            return;
        }
        const text = JSON.stringify(payload);
        if (Buffer.byteLength(text) > PAYLOAD_BYTES_MAX) {
            throw new Error(`A payload for ${channel} has ${String(Buffer.byteLength(text))} bytes; send ids only.`);
        }
        const others = this.#others.get(channel) ?? new Set();
        others.add(text);
        this.#others.set(channel, others);
    }
    /** Everything added, as payloads to send; the batch is empty afterwards. */
    take() {
        const out = [];
        for (const [channel, ids] of this.#lists) {
            for (const payload of pieces([...ids]))
                out.push({ channel, payload });
        }
        for (const [channel, payloads] of this.#others) {
            for (const payload of payloads)
                out.push({ channel, payload });
        }
        this.#lists.clear();
        this.#others.clear();
        return out;
    }
}
function idsOf(payload) {
    const list = payload['a'];
    if (!Array.isArray(list) || Object.keys(payload).length !== 1)
        return null;
    return list.map(String);
}
function pieces(ids) {
    const frame = '{"a":[]}'.length;
    const out = [];
    let piece = [];
    let bytes = frame;
    for (const id of ids) {
        const more = Buffer.byteLength(JSON.stringify(id)) + 1;
        if (piece.length > 0 && bytes + more > PAYLOAD_BYTES_MAX) {
            out.push(JSON.stringify({ a: piece }));
            piece = [];
            bytes = frame;
        }
        piece.push(id);
        bytes += more;
    }
    if (piece.length > 0)
        out.push(JSON.stringify({ a: piece }));
    return out;
}
//# sourceMappingURL=notify-batch.js.map