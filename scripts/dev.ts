import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// `npm run dev`: the server, started anew when its sources change, and Vite before it with the app from its sources.
// It keeps its data in .cache/dev, apart from a Drover that one uses.
const root = fileURLToPath(new URL('..', import.meta.url))
const address = 'http://127.0.0.1:5173'
const env = {
  DROVER_DATA_DIR: join(root, '.cache/dev'),
  DROVER_PORT: '4401',
  DROVER_PUBLIC_URL: address,
  ...process.env,
}

const start = (args: readonly string[]) => spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
const children = [
  start(['--watch', '--watch-preserve-output', 'cli/main.ts', 'start']),
  start(['node_modules/vite/bin/vite.js', '--strictPort']),
]

const stop = () => {
  for (const child of children) child.kill('SIGTERM')
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
for (const child of children) {
  child.on('exit', (code) => {
    process.exitCode ||= code ?? 1
    stop()
  })
}
