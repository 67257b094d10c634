import { z } from 'zod';
/** A TCP port; 0 lets the kernel choose. */
export declare const port: z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>;
/** A URL with one of the given schemes. */
export declare function urlOf(...protocols: string[]): z.ZodString;
/** An http(s) URL, without a slash at its end. */
export declare const httpUrl: z.ZodPipe<z.ZodString, z.ZodTransform<string, string>>;
/** A comma list; empty parts are ignored. */
export declare function list<T>(item: z.ZodType<T, string>): z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodType<T, string, z.core.$ZodTypeInternals<T, string>>>>;
/** `CIDR` or `CIDR:port`, an address alone being its own network. IPv6 with a port needs brackets. */
export declare const networkEntry: z.ZodString;
/** `off`, a number of hops, or a comma list of CIDRs, as Fastify's `trustProxy` takes it. */
export declare const trustedProxies: z.ZodPipe<z.ZodString, z.ZodTransform<string | number | false, string>>;
/** Comma list of secrets that sign, newest first. */
export declare const signingKeys: z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodType<string, string, z.core.$ZodTypeInternals<string, string>>>>;
/** Comma list of 32-byte keys in base64 or base64url, newest first. */
export declare const encryptionKeys: z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>, z.ZodArray<z.ZodType<Buffer<ArrayBuffer>, string, z.core.$ZodTypeInternals<Buffer<ArrayBuffer>, string>>>>;
/** A decimal of at most nine places, as nano units. */
export declare const decimalToNano: z.ZodPipe<z.ZodString, z.ZodTransform<bigint, string>>;
