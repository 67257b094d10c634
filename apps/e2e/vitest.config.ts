import { defineConfig } from 'vitest/config';

// End to end: built processes, real clients, a real browser. One file at a time, for they share two cores.
export default defineConfig({
  resolve: { conditions: ['@weir/source', 'node'] },
  ssr: { resolve: { conditions: ['@weir/source', 'node'] } },
  test: {
    root: import.meta.dirname,
    include: ['src/**/*.e2e.ts'],
    environment: 'node',
    globalSetup: ['../../libs/test-kit/src/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
