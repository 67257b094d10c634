import { defineConfig } from 'vitest/config';

// One runner for every library and server. Sources are resolved through the
// `@weir/source` export condition, so tests never need a build (e2e excepted).
export default defineConfig({
  resolve: { conditions: ['@weir/source', 'node'] },
  ssr: { resolve: { conditions: ['@weir/source', 'node'] } },
  test: {
    include: [
      'libs/**/*.spec.ts',
      'apps/{gateway,console,worker,sandbox}/**/*.spec.ts',
      'apps/dashboard/src/**/*.spec.ts',
    ],
    exclude: ['**/dist/**', '**/node_modules/**'],
    environment: 'node',
    globalSetup: ['libs/test-kit/src/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
