import { fileURLToPath } from 'node:url'
import { VitePWA } from 'vite-plugin-pwa'
import solid from 'vite-plugin-solid'
import { defineConfig } from 'vite'
import { compressBuilt } from './scripts/compress-built.ts'
import { withoutCycles } from './scripts/without-cycles.ts'
import { withoutJsonSchema } from './scripts/without-json-schema.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/**
 * Fewer and larger files than the bundler would make: thirty, found one after the other, took a phone half a second of round trips more. First what the
 * list of runs needs, the page that the app opens with; then, for the others, icons, and what lies over a page: most
 * of them need only some.
 */
const groups = [
  { name: 'first-page', test: /\/web\/(?:main|features\/runs\/runs-page)\.tsx$/, priority: 2 },
  { name: 'icons', test: /\/node_modules\/lucide\//, minShareCount: 2, priority: 1 },
  {
    name: 'layers',
    test: /\/node_modules\/(?:@kobalte|@floating-ui|@corvu|@solid-primitives|solid-p)/,
    minShareCount: 2,
    priority: 1,
  },
]

/** The web app: `vite build` writes dist/web, which the server serves; `vite` serves it in development and hands the rest to the server. */
export default defineConfig(({ command }) => {
  const server = `http://127.0.0.1:${process.env['DROVER_PORT'] ?? 4400}`
  return {
    root: path('./web'),
    publicDir: path('./public'),
    // Replicache and Solid both ship a slow, checking build unless this says production.
    define: command === 'build' ? { 'process.env.NODE_ENV': '"production"' } : {},
    plugins: [
      ...(command === 'build' ? [withoutCycles(), withoutJsonSchema()] : []),
      solid(),
      VitePWA({
        strategies: 'injectManifest',
        srcDir: 'pwa',
        filename: 'service-worker.ts',
        injectRegister: false,
        manifest: false,
        injectManifest: {
          globPatterns: ['**/*.{js,css,html,svg,png,woff2,webmanifest}'],
          maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
        },
      }),
      compressBuilt(),
    ],
    resolve: { alias: [{ find: /^zod$/, replacement: path('./web/zod-without-eval.ts') }] },
    worker: { format: 'es' },
    build: {
      outDir: path('./dist/web'),
      emptyOutDir: true,
      target: 'es2023',
      sourcemap: true,
      rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: true, groups } } },
    },
    server: {
      host: '127.0.0.1',
      port: 5173,
      proxy: {
        '/api': { target: server, ws: true },
        '/health': server,
      },
    },
  }
})
