import { describe, expect, it } from 'vitest';
import { renderPage } from './page.js';

describe('the page', () => {
  it('carries the nonce of its answer everywhere the mark stands', () => {
    expect(
      renderPage(
        '<app-root ngCspNonce="__CSP_NONCE__"></app-root><style nonce="__CSP_NONCE__">',
        'abc',
      ),
    ).toBe('<app-root ngCspNonce="abc"></app-root><style nonce="abc">');
  });

  it('loads its assets by absolute path, for it is served at every path of the application', () => {
    expect(
      renderPage('<base href="/"><script src="main-A1.js"></script><link href="styles.css">', ''),
    ).toBe('<script src="/main-A1.js"></script><link href="/styles.css">');
  });

  it('leaves absolute paths, other origins and data alone', () => {
    const html =
      '<img src="data:image/png;base64,x"><a href="https://example.com/"><a href="/keys"><a href="#top">';
    expect(renderPage(html, '')).toBe(html);
  });
});
