/**
 * The PostgreSQL server of this test run, started by the runner's global setup. Read here and not through
 * test-kit, which itself stands on this library.
 */
export function serverUrl(): string {
  const url = process.env['WEIR_TEST_SERVER'];
  if (url === undefined || url === '') {
    throw new Error('No test server: run the tests from the root, whose set-up starts one.');
  }
  return url;
}
