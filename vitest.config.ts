import solid from 'vite-plugin-solid'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * On a machine of CI a test that needs browsers, containers or processes of its own may fail once: the summary names it, so that it is looked into.
 * Elsewhere, and for all other tests, once is enough to fail.
 */
const secondTry = process.env['CI'] ? 1 : 0

const never = ['**/node_modules/**', '**/dist/**', '**/.tsbuild/**', '**/.cache/**']

/**
 * One project for each environment a test can need; the file name says which.
 * Database, engine and end-to-end tests run after each other, two files of each at a time: what they start has processes of its own.
 */
export default defineConfig({
  test: {
    // All but one of the processors are few on a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: true,
    reporters: ['default', './scripts/test-summary.ts'],
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          testTimeout: 20_000,
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.{db,engine,e2e,dom}.test.ts'],
        },
      },
      {
        test: {
          name: 'db',
          environment: 'node',
          include: ['**/*.db.test.ts'],
          exclude: never,
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [solid({ hot: false, ssr: false })],
        resolve: { conditions: ['development', 'browser'] },
        test: {
          name: 'dom',
          environment: 'jsdom',
          testTimeout: 20_000,
          include: ['**/*.dom.test.{ts,tsx}'],
          setupFiles: ['scripts/dom-set-up.ts'],
          exclude: never,
          server: { deps: { inline: [/node_modules\/(?:@corvu|@kobalte|@tanstack|@solid|solid-)/] } },
        },
      },
      {
        test: {
          name: 'engine',
          environment: 'node',
          include: ['**/*.engine.test.ts'],
          exclude: never,
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          retry: secondTry,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: './scripts/build-web.ts',
          exclude: never,
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          retry: secondTry,
          // As long as the browser's own steps wait (`openPage`): a page that loads on a busy machine takes a while.
          expect: { poll: { timeout: 20_000 } },
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
