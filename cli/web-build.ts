import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What the web app is built from. */
const sources = ['web', 'sync/core', 'sync/client', 'shared', 'public', 'vite.config.ts', 'package-lock.json']

/** Builds the web app when it is missing or older than a file it is built from. */
export async function ensureWebIsBuilt(root: string): Promise<void> {
  const builtAt = await modifiedAt(join(root, 'dist', 'web', 'index.html'))
  const newest = Math.max(...(await Promise.all(sources.map((source) => newestIn(join(root, source))))))
  if (builtAt >= newest) return
  process.stdout.write('Building the web app; this is done once.\n')
  await build(root)
}

async function newestIn(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) return 0
  if (!info.isDirectory()) return info.mtimeMs
  const names = (await readdir(path, { withFileTypes: true })).filter(
    ({ name }) => name !== 'node_modules' && !/\.test\.tsx?$/.test(name),
  )
  return Math.max(0, ...(await Promise.all(names.map(({ name }) => newestIn(join(path, name))))))
}

async function modifiedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
}

function build(root: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed: Buffer[] = []
    child.stdout.on('data', (text: Buffer) => printed.push(text))
    child.stderr.on('data', (text: Buffer) => printed.push(text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve()
      process.stderr.write(Buffer.concat(printed))
      reject(new Error('the web app could not be built; the lines above say why'))
    })
  })
}
