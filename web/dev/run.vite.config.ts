import { mergeConfig } from 'vite'
import base from './vite.config.ts'

/** The run page alone: see `run-main.tsx`. */
export default mergeConfig(base, {
  cacheDir: '.cache/vite-dev-run',
  // All that it will want, the worker that colours code too: a package that is found only later makes every open page load anew, in the middle of a test.
  optimizeDeps: { entries: ['dev/run-main.tsx', 'state/highlight/*.ts'] },
  server: { watch: { ignored: ['**/node_modules/**', '**/.cache/**', '**/.tsbuild/**'] } },
  plugins: [
    {
      name: 'run-page',
      enforce: 'post',
      transformIndexHtml: (html: string) => html.replace('/dev/main.tsx', '/dev/run-main.tsx'),
    },
  ],
})
