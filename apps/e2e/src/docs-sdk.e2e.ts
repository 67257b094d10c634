import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

const PAGES = join(import.meta.dirname, '../../../docs/clients');
/** Fences of what runs here as it is printed; other languages are told apart so that none is forgotten. */
const RUNS: Readonly<Record<string, (code: string) => [string, string[]]>> = {
  js: (code) => [process.execPath, ['--input-type=module', '--eval', code]],
  sh: (code) => ['sh', ['-eu', '-c', code]],
};
const NOT_RUN = new Set(['python', 'typescript', 'text']);

interface Snippet {
  readonly language: string;
  readonly code: string;
}

const pages = readdirSync(PAGES).filter((name) => name.endsWith('.md'));
const textOf = (page: string): string => readFileSync(join(PAGES, page), 'utf8');
const snippetsOf = (page: string): Snippet[] =>
  [...textOf(page).matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
const runnable = pages.flatMap((page) =>
  snippetsOf(page)
    .filter(({ language }) => language in RUNS)
    .map(({ language, code }, i) => ({ page, language, code, number: i + 1 })),
);

describe('the page of each client', () => {
  let stack: Stack;
  let tenant: Tenant;
  beforeAll(async () => {
    stack = await startStack();
    const { email, password } = stack.admin;
    const admin = await ConsoleClient.login(stack.consoleUrl, email, password);
    tenant = await createTenant(admin, 'reader', '20.00');
  });
  afterAll(() => stack?.stop());

  it('exists, and says so where its snippets are not run', () => {
    expect(pages.toSorted()).toEqual([
      'anthropic.md',
      'curl.md',
      'google-genai.md',
      'langchain.md',
      'openai-node.md',
      'openai-python.md',
      'vercel-ai.md',
    ]);
    for (const page of pages) {
      const languages = snippetsOf(page).map(({ language }) => language);
      for (const language of languages) {
        expect(language in RUNS || NOT_RUN.has(language), `${page}: ${language}`).toBe(true);
      }
      const text = textOf(page);
      if (languages.includes('python')) expect(text, page).toMatch(/not run|do not run/);
    }
  });

  it.each(runnable)('$page: snippet $number ($language) runs as printed', async (snippet) => {
    const [command, args] = RUNS[snippet.language]!(snippet.code);
    const before = (await tenant.console.requests()).length;
    const { stdout } = await promisify(execFile)(command, args, {
      cwd: import.meta.dirname,
      env: {
        PATH: process.env['PATH'] ?? '',
        WEIR_URL: stack.gateways[0]!.url,
        WEIR_API_KEY: tenant.key.secret,
      },
      timeout: 60_000,
    });
    expect(stdout.trim()).not.toBe('');
    if (snippet.code.includes('/v1/models"')) return;
    // It reached the gateway, was answered and paid.
    await eventually(async () => {
      const rows = await tenant.console.requests();
      expect(rows.length).toBeGreaterThan(before);
      for (const row of rows) expect([row.status, Number(row.cost) > 0]).toEqual(['ok', true]);
    });
  });
});
