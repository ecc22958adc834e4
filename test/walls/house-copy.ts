import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rooms } from '../../scripts/lint/rooms.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The project's own configuration without its sources: what a checker says there, it says of the files a test writes. */
export type HouseCopy = {
  /** Writes files by their path relative to the root. */
  write(files: Readonly<Record<string, string>>): Promise<void>
  /** Runs the compiler over all rooms; answers what it printed, paths relative to the root. */
  types(): Promise<Outcome>
  /** Runs the linter over everything; one line for each finding. */
  lint(): Promise<Outcome>
  close(): Promise<void>
}

export type Outcome = { readonly code: number; readonly output: string }

/** Makes the copy in the system's temporary folder, with the real packages linked in. */
export const createHouseCopy = async (): Promise<HouseCopy> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-walls-'))
  const copy = async (path: string) => cp(join(root, path), join(folder, path), { recursive: true })
  const configurations = Object.keys(rooms).map((room) => `${room}/tsconfig.json`)
  await Promise.all([
    ...['package.json', 'tsconfig.base.json', 'oxlint.config.ts', 'scripts/lint', ...configurations].map(copy),
    symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir'),
  ])
  const references = Object.keys(rooms).map((room) => ({ path: `./${room}` }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ files: [], references }))
  return {
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
    },
    types: () => run(folder, 'tsc', ['-b', '--pretty', 'false']),
    lint: () => run(folder, 'oxlint', ['--format', 'unix']),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

const run = (cwd: string, tool: string, args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin', tool), args, { cwd, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: stdout + stderr })
    })
  })
