import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bundled from '@sparticuz/chromium';
import { chromium, type Browser, type Page } from 'playwright-core';

/** A headless Chromium of the npm package, in a temporary folder of its own. Elsewhere than Linux x64 set CHROMIUM_PATH. */
export async function launchBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-chromium-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const executablePath = process.env['CHROMIUM_PATH'] ?? (await bundled.executablePath());
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    env: { ...(process.env as Record<string, string>), TMPDIR: folder },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signs in as a person does and waits for the overview. */
export async function signIn(
  page: Page,
  consoleUrl: string,
  user: { email: string; password: string },
): Promise<void> {
  await page.goto(`${consoleUrl}/login`);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/dashboard');
}
