import { mergeConfig } from 'vite'
import base from './vite.config.ts'

/** The run page alone: see `run-main.tsx`. */
export default mergeConfig(base, {
  cacheDir: '.cache/vite-dev-run',
  server: { watch: { ignored: ['**/node_modules/**', '**/.cache/**', '**/.tsbuild/**'] } },
  plugins: [
    {
      name: 'run-page',
      enforce: 'post',
      transformIndexHtml: (html: string) => html.replace('/dev/main.tsx', '/dev/run-main.tsx'),
    },
  ],
})
