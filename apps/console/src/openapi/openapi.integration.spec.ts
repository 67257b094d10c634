import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase } from '@weir/test-kit';
import { repositoryRoot } from '@weir/platform';
import { ConsoleHarness } from '../testing/console-harness.js';

const FILE = join(repositoryRoot(), 'docs/reference/openapi.json');

describe('the API’s description', () => {
  let harness: ConsoleHarness;
  beforeAll(async () => {
    harness = await ConsoleHarness.start(await startTestDatabase());
  });
  afterAll(() => harness.stop());

  it('is the one committed as docs/reference/openapi.json; write it anew with WEIR_WRITE_OPENAPI=1', async () => {
    const { body } = await harness.call('GET', '/api/openapi.json');
    const text = await format(JSON.stringify(body), { parser: 'json' });
    if (process.env['WEIR_WRITE_OPENAPI'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  });

  it('gives every operation a name of its own and a described answer', async () => {
    const { body } = await harness.call('GET', '/api/openapi.json');
    const operations = Object.values<
      Record<string, { operationId: string; responses: Record<string, { content?: object }> }>
    >(body.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(
      operations.length,
    );
    for (const { operationId, responses } of operations) {
      const [status, answer] = Object.entries(responses)[0] ?? ['', undefined];
      if (status !== '204') expect(answer?.content, operationId).toBeDefined();
    }
  });
});
