import { defineConfig, mergeConfig, type ConfigEnv } from 'vite'
import base from '../../vite.config.ts'

/** The web app as a later version has it: built the same way from the same sources, with one word of the frame changed. */
export default defineConfig((env: ConfigEnv) =>
  mergeConfig(base(env), {
    plugins: [
      {
        name: 'next-version',
        enforce: 'pre',
        transform: (code: string, id: string) =>
          id.endsWith('/web/words/shell.ts') ? code.replace("newRun: 'New run'", "newRun: 'New run, next'") : undefined,
      },
    ],
  }),
)
