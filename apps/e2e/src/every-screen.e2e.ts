import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { AxeResults } from 'axe-core';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { launchBrowser, signIn } from './browser.js';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

/**
 * Walks every screen in both themes at a desktop's and a phone's width: no violation that axe can find, nothing
 * wider than the screen. With WEIR_SCREENSHOTS=<folder> each view is saved there, to be looked at.
 */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = [
  { path: '/dashboard', ready: 'Recent transactions' },
  { path: '/live', ready: 'Requests per second' },
  { path: '/keys', ready: 'ada key' },
  { path: '/no-such-page', ready: /not found|no page/i },
] as const;
const VIEWS = (['light', 'dark'] as const).flatMap((theme) => [
  { theme, name: 'desktop', width: 1440, height: 900 },
  { theme, name: 'phone', width: 390, height: 844 },
]);
const SHOTS = process.env['WEIR_SCREENSHOTS'];

describe('every screen', () => {
  let stack: Stack;
  let browser: Browser;
  let closeBrowser: (() => Promise<void>) | undefined;
  let ada: Tenant;

  beforeAll(async () => {
    stack = await startStack();
    ({ browser, close: closeBrowser } = await launchBrowser());
    const admin = await ConsoleClient.login(
      stack.consoleUrl,
      stack.admin.email,
      stack.admin.password,
    );
    ada = await createTenant(admin, 'ada', '5.00');
    for (const model of ['sandbox/chat-small', 'sandbox/chat-large', 'sandbox/reasoner']) {
      for (let i = 0; i < 4; i++) await chat(model);
    }
    await eventually(async () => expect(await ada.console.requests()).toHaveLength(12));
  });
  afterAll(async () => {
    await closeBrowser?.();
    await stack?.stop();
  });

  async function chat(model: string): Promise<void> {
    const response = await fetch(`${stack.gateways[0]!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        max_tokens: 40,
        messages: [{ role: 'user', content: 'What is a weir?' }],
      }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }

  describe.each(VIEWS)('$theme, $name', (view) => {
    let context: BrowserContext;
    let page: Page;

    beforeAll(async () => {
      context = await browser.newContext({
        viewport: { width: view.width, height: view.height },
        colorScheme: view.theme,
        reducedMotion: 'reduce',
      });
      page = await context.newPage();
    });
    afterAll(() => context?.close());

    it('signs in on a page without violations', async () => {
      await page.goto(`${stack.consoleUrl}/login`);
      await page.getByLabel('E-mail').waitFor();
      await judge(page, 'login');
      await signIn(page, stack.consoleUrl, ada);
    });

    it.each(SCREENS)('$path has no violations and fits the screen', async ({ path, ready }) => {
      await page.goto(stack.consoleUrl + path);
      await page.getByText(ready).first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      await judge(page, path.slice(1));
    });
  });

  async function judge(page: Page, name: string): Promise<void> {
    const { width } = page.viewportSize()!;
    if (SHOTS !== undefined) {
      mkdirSync(SHOTS, { recursive: true });
      const theme = await page.evaluate(() =>
        matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
      );
      await page.screenshot({ path: join(SHOTS, `${name}-${width}-${theme}.png`) });
    }
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`),
    ).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  }
});
