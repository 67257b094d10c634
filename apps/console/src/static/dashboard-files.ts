import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^(text|application\/(json|manifest))|svg/;
/** Smaller files gain nothing. */
const COMPRESS_FROM_BYTES = 1_024;
/** A build is a few MB; anything else in the folder is a mistake worth hearing about. */
const FOLDER_BYTES_MAX = 64 * 1024 * 1024;

/** One file of the built dashboard. */
export interface DashboardFile {
  readonly type: string;
  readonly content: Buffer;
  readonly etag: string;
  /** Whether the name carries a hash of the content, so that it may be kept for ever. */
  readonly immutable: boolean;
}

/**
 * The built dashboard, read once into memory: a request is a look-up in a map, so no path can leave the folder.
 * Compressed forms are made at the first request for them.
 */
export class DashboardFiles {
  private readonly files = new Map<string, DashboardFile>();
  private readonly compressed = new Map<string, Promise<Buffer>>();

  constructor(directory: string) {
    let totalBytes = 0;
    for (const path of filesOf(directory)) {
      totalBytes += statSync(path).size;
      if (totalBytes > FOLDER_BYTES_MAX)
        throw new Error(`${directory} is larger than a dashboard can be.`);
      const content = readFileSync(path);
      const url = `/${relative(directory, path).split(sep).join('/')}`;
      this.files.set(url, {
        type: TYPES[extname(path)] ?? 'application/octet-stream',
        content,
        etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
        immutable: /[-.][A-Za-z0-9_]{8,}\.(js|css|woff2|svg|png|webp|map)$/.test(url),
      });
    }
  }

  /** The file at a URL path, or undefined. */
  at(path: string): DashboardFile | undefined {
    return this.files.get(path);
  }

  /** The file in the best encoding that the client takes. */
  async encoded(
    path: string,
    accepted: string,
  ): Promise<{ body: Buffer; encoding: string | null }> {
    const file = this.files.get(path);
    if (!file) throw new Error(`No file ${path}.`);
    if (file.content.length < COMPRESS_FROM_BYTES || !COMPRESSIBLE.test(file.type))
      return { body: file.content, encoding: null };
    const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
    if (encoding === null) return { body: file.content, encoding };
    const id = `${encoding}:${path}`;
    let body = this.compressed.get(id);
    if (!body) {
      body = compress(file.content, encoding);
      this.compressed.set(id, body);
    }
    return { body: await body, encoding };
  }
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

function compress(content: Buffer, encoding: 'br' | 'gzip'): Promise<Buffer> {
  return encoding === 'br'
    ? brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    : gzipped(content, { level: 9 });
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    // ENOENT: the dashboard is not built; the API works without it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
