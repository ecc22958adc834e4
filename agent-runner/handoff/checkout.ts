import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createChangeStore, type ChangeStore } from '../run/changes/change-store.ts'
import { runGitBytes } from '../run/changes/git.ts'
import { CommandError } from '../person/server.ts'

/** A repository of the person at the terminal: git acts in it as they do, with their settings. */
export interface Checkout {
  readonly top: string
  /** The output without the line's end. @throws CommandError */
  git(...args: string[]): Promise<string>
  /** `undefined` where git says no. */
  ask(...args: string[]): Promise<string | undefined>
  bytes(...args: string[]): Promise<Buffer>
  /** The files as they are now, ignored ones aside, as a tree. Their own index and objects stay as they are. */
  tree(): Promise<string>
  /** A git folder of ours that knows the objects of both. */
  store(): Promise<ChangeStore>
  /** For files that are gone in the end. */
  readonly folder: string
  close(): Promise<void>
}

export async function openCheckout(
  cwd: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Checkout> {
  const env = Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  )
  const run = (at: string, args: readonly string[], more: Record<string, string> = {}) =>
    runGitBytes(['git', ...args], { cwd: at, env: { ...env, LC_ALL: 'C', ...more }, maxBytes: 400_000_000 }).catch(
      () => {
        throw new CommandError('Git was not found on this machine.')
      },
    )
  const found = await run(cwd, ['rev-parse', '--show-toplevel', '--git-common-dir', '--absolute-git-dir'])
  const [top, common, own] = found.stdout.toString().trimEnd().split('\n')
  if (found.code !== 0 || top === undefined || common === undefined || own === undefined)
    throw new CommandError(`${cwd} is in no repository of Git’s.`)
  const folder = await mkdtemp(join(tmpdir(), 'drover-handoff-'))
  const objects = join(resolve(cwd, common), 'objects')
  const made = join(folder, 'objects')

  async function bytes(...args: string[]): Promise<Buffer> {
    const { code, stdout, stderr, cut } = await run(top ?? cwd, args)
    if (code !== 0 || cut) throw new CommandError(`git ${args[0]} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`)
    return stdout
  }

  return {
    top,
    folder,
    bytes,
    git: async (...args) => (await bytes(...args)).toString().trimEnd(),
    ask: async (...args) => {
      const { code, stdout } = await run(top, args)
      return code === 0 ? stdout.toString().trimEnd() : undefined
    },
    tree: async () => {
      const index = join(folder, 'index')
      await mkdir(made, { recursive: true })
      await copyFile(join(own, 'index'), index).catch(() => undefined)
      const apart = {
        GIT_INDEX_FILE: index,
        GIT_OBJECT_DIRECTORY: made,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
      }
      const added = await run(
        top,
        ['-c', 'core.splitIndex=false', '-c', 'advice.addEmbeddedRepo=false', 'add', '-A'],
        apart,
      )
      if (added.code !== 0) throw new CommandError(`git add failed: ${added.stderr.trim().split('\n').at(-1) ?? ''}`)
      return (await run(top, ['write-tree'], apart)).stdout.toString().trim()
    },
    store: async () => {
      const gitFolder = join(folder, 'store.git')
      const store = createChangeStore({ gitFolder, path: env['PATH'] ?? '/usr/bin:/bin' })
      await mkdir(made, { recursive: true })
      const format = await run(top, ['rev-parse', '--show-object-format'])
      await store.init(format.stdout.toString().trim() === 'sha256' ? 'sha256' : 'sha1')
      await writeFile(join(gitFolder, 'objects/info/alternates'), `${objects}\n${made}\n`)
      return store
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
