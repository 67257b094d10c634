import { LargeBodies } from '../request/large-bodies.js';

const BUILT = new URL('../../dist/request/body-worker.js', import.meta.url).href;

/**
 * The reading thread as it is compiled, with code that runs in it before it and sees every message first: to make it
 * slow, or end it.
 */
export function largeBodiesAfter(first: string): LargeBodies {
  const script = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const both = `import ${JSON.stringify(script(first))}; import ${JSON.stringify(BUILT)};`;
  return new LargeBodies({ url: new URL(script(both)), options: { execArgv: [] } });
}
