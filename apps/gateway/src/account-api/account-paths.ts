/** Paths under `/v1` that tell a caller of itself: ordinary controllers beside the hot path. */
const METHODS: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/v1/key', 'GET'],
  ['/v1/credits', 'GET'],
  ['/v1/generation', 'GET'],
  ['/v1/activity', 'GET'],
  ['/v1/estimate', 'POST'],
]);

/** The method that a path of the account API takes; null = it is none. Asked only for paths that nothing else knows. */
export function accountMethodOf(url: string): 'GET' | 'POST' | null {
  const query = url.indexOf('?');
  return METHODS.get(query < 0 ? url : url.slice(0, query)) ?? null;
}
