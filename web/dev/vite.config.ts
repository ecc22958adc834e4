import solid from 'vite-plugin-solid'
import { defineConfig } from 'vite'

const path = (relative: string) => new URL(relative, import.meta.url).pathname

/** The app on a workspace in memory: see README.md beside this. */
export default defineConfig({
  root: path('..'),
  publicDir: path('../../public'),
  cacheDir: path('../../.cache/vite-dev'),
  plugins: [
    solid(),
    {
      name: 'memory-app',
      transformIndexHtml: {
        order: 'pre',
        handler: (html: string) => html.replace('/main.tsx', '/dev/main.tsx'),
      },
    },
  ],
  server: { host: '127.0.0.1', hmr: false, watch: null },
})
