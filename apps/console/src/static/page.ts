/**
 * The page as it is sent: the nonce of this answer in place of its mark, assets by absolute path and no `<base>`
 * element, which our policy forbids (`base-uri 'none'`: an injected one would redirect every relative link).
 */
export function renderPage(html: string, nonce: string): string {
  return html
    .replaceAll('__CSP_NONCE__', nonce)
    .replace(/<base\b[^>]*>/i, '')
    .replace(/\b(src|href)="(?![a-z][a-z0-9+.-]*:|\/|#)([^"]+)"/gi, '$1="/$2"');
}
