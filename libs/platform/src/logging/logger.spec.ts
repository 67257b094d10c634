import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/index.js';
import { createLogger, type AppLogger } from './logger.js';

let dataDir: string;
let logger: AppLogger;
let lines: string[] = [];

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-log-'));
  const config = loadConfig(
    {
      WEIR_DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://weir:pass"word-canary@127.0.0.1/weir',
      OPENAI_API_KEY: 'a-vendor-key-without-any-shape',
      LOG_LEVEL: 'trace',
    },
    'gateway',
  );
  logger = createLogger(config, { write: (line: string) => void lines.push(line) });
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

function logged(write: () => void): string {
  lines = [];
  write();
  return lines.join('');
}

describe('the logger', () => {
  it('writes one JSON object a line, whatever a client sends', () => {
    const line = logged(() => {
      logger.info({ userAgent: 'a\r\n{"level":"fatal"}' }, 'seen');
    });
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'seen', process: 'gateway' });
  });

  it.each([
    ['our key', 'weir-sk-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcdefgAAAAAA'],
    ['an OpenAI key', 'sk-proj-abcdefghijklmnop1234567890'],
    ['an Anthropic key', 'sk-ant-api03-abcdefghijklmnop'],
    ['a Google key', 'AIzaSyA1234567890abcdefghijk'],
    ['a bearer token', 'Bearer abcdefghijklmnopqrst'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmMifQ.c2lnbmF0dXJl'],
    ["the installation's own vendor key", 'a-vendor-key-without-any-shape'],
    ['the password of the database', 'pass"word-canary'],
  ])('takes %s out of messages, errors and their causes', (_name, secret) => {
    const error = new Error(`outer ${secret}`, { cause: new Error(`inner ${secret}`) });
    const text = logged(() => {
      logger.error({ err: error, nested: { deep: [secret] } }, `said ${secret}`);
    });
    expect(text).not.toContain(secret);
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(() => {
      JSON.parse(text);
    }).not.toThrow();
  });

  it('takes values out by the name of their key', () => {
    const text = logged(() => {
      logger.info({
        headers: { authorization: 'xyz-1', 'x-api-key': 'xyz-2', cookie: 'xyz-3' },
        password: 'xyz-4',
      });
    });
    expect(text).not.toMatch(/xyz-\d/);
  });

  it('takes keys out of query strings and passwords out of URLs', () => {
    const text = logged(() => {
      logger.warn('GET https://g.example/v1?key=canary-key&x=1 and redis://:canary-pw@host');
    });
    expect(text).not.toContain('canary');
    expect(text).toContain('&x=1');
  });
});
