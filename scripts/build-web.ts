import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Vitest runs this once before the end-to-end tests: they need the built app, and `npm test` alone must be enough. */
export const setup = async (): Promise<void> => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const env = { ...process.env, NODE_ENV: 'production' }
  const vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  const code = await new Promise((resolve, reject) => vite.once('exit', resolve).once('error', reject))
  if (code !== 0) throw new Error(`vite build ended with ${String(code)}, so the end-to-end tests have no app to open`)
}
