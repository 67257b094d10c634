import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
/** A TCP port; 0 lets the kernel choose. */
export const port = z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
    .transform(Number)
    .refine((value) => value <= 65_535, 'must be a port, 0 to 65535');
/** A URL with one of the given schemes. */
export function urlOf(...protocols) {
    const wanted = protocols.map((protocol) => `${protocol}//…`).join(' or ');
    return z.string().refine((value) => {
        const url = URL.parse(value);
        return url !== null && protocols.includes(url.protocol);
    }, `must be a URL ${wanted}`);
}
/** An http(s) URL, without a slash at its end. */
export const httpUrl = urlOf('http:', 'https:').transform((value) => value.replace(/\/+$/, ''));
/** A comma list; empty parts are ignored. */
export function list(item) {
    return z
        .string()
        .transform((value) => value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''))
        .pipe(z.array(item).max(100, 'must have at most 100 entries'));
}
/** `CIDR` or `CIDR:port`, an address alone being its own network. IPv6 with a port needs brackets. */
export const networkEntry = z.string().refine(isNetworkEntry, 'must be a CIDR or CIDR:port');
function isNetworkEntry(entry) {
    const bracketed = /^\[([^\]]+)\](\/\d{1,3})?(?::(\d{1,5}))?$/.exec(entry);
    const plain = /^(\d+\.\d+\.\d+\.\d+)(\/\d{1,2})?(?::(\d{1,5}))?$/.exec(entry);
    const match = bracketed ?? plain;
    if (match)
        return isCidr(`${match[1] ?? ''}${match[2] ?? ''}`) && Number(match[3] ?? 0) <= 65_535;
    return isCidr(entry);
}
function isCidr(value) {
    const [address = '', prefix] = value.split('/');
    const family = isIP(address);
    if (family === 0 || value.split('/').length > 2)
        return false;
    if (prefix === undefined)
        return true;
    try {
        new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
        return /^\d+$/.test(prefix);
    }
    catch {
        // ERR_OUT_OF_RANGE: the prefix is longer than the address.
        return false;
    }
}
/** `off`, a number of hops, or a comma list of CIDRs, as Fastify's `trustProxy` takes it. */
export const trustedProxies = z.string().transform((value, context) => {
    if (value === 'off')
        return false;
    if (/^\d{1,2}$/.test(value))
        return Number(value) === 0 ? false : Number(value);
    const parts = value.split(',').map((part) => part.trim());
    if (parts.every(isCidr))
        return parts.join(',');
    context.addIssue({
        code: 'custom',
        message: 'must be off, a number of hops or a comma list of CIDRs',
    });
    return z.NEVER;
});
/** Comma list of secrets that sign, newest first. */
export const signingKeys = list(z.string().min(32, 'must have at least 32 characters')).refine((keys) => keys.length > 0, 'must not be empty');
/** Comma list of 32-byte keys in base64 or base64url, newest first. */
export const encryptionKeys = list(z
    .string()
    .transform((value) => Buffer.from(value, 'base64'))
    .refine((bytes) => bytes.length === 32, 'must be 32 bytes in base64')).refine((keys) => keys.length > 0, 'must not be empty');
/** A decimal of at most nine places, as nano units. */
export const decimalToNano = z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, 'must be a decimal with at most nine places, such as 0.00002')
    .transform((value) => {
    const [whole = '0', fraction = ''] = value.split('.');
    return BigInt(whole) * 1000000000n + BigInt(fraction.padEnd(9, '0'));
});
//# sourceMappingURL=parsers.js.map