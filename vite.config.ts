import { fileURLToPath } from 'node:url'
import { VitePWA } from 'vite-plugin-pwa'
import solid from 'vite-plugin-solid'
import { defineConfig } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The web app: `vite build` writes dist/web, which the server serves; `vite` serves it in development and hands the rest to the server. */
export default defineConfig(({ command }) => {
  const server = `http://127.0.0.1:${process.env['DROVER_PORT'] ?? 4400}`
  return {
    root: path('./web'),
    publicDir: path('./public'),
    // Replicache and Solid both ship a slow, checking build unless this says production.
    define: command === 'build' ? { 'process.env.NODE_ENV': '"production"' } : {},
    plugins: [
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
    ],
    worker: { format: 'es' },
    build: { outDir: path('./dist/web'), emptyOutDir: true, target: 'es2023', sourcemap: true },
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
