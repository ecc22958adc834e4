import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { BlobStore } from '../link/blob-store.ts'
import { codeOf } from '../log.ts'
import { runGit, type GitResult } from './git.ts'

/**
 * What a run changed in its workspace, worked out by git against the tree it started from.
 *
 * The workspace's own `.git` belongs to the agent, and git executes what a configuration says (filters, file system
 * monitors, diff drivers). So this never opens it: it has a git folder of its own beside the workspace, whose only tie
 * is the workspace's object store, which is data.
 */
export interface Changes {
  /** Remembers the present state as the start. Called right after the clone, before anything of the run is executed. */
  begin(): Promise<void>
  /** `undefined` where there is nothing to compare with, or git could not do it. */
  read(signal?: AbortSignal): Promise<ChangeSet | undefined>
  /** Branch and commit that the workspace is at. */
  head(): Promise<{ branch?: string; commit?: string }>
}

export interface ChangeSet {
  files: FileChange[]
  /** Files that did not fit into `files`, by number or by length. */
  more: number
  /** The whole diff as one text. */
  diff: string
  /** The diff was too large and stops somewhere. */
  diffCut: boolean
}

const listedFiles = 500
const inlinePatch = 4000
/** The list is one event, see `maxEventBytes`: so much of it for files and the names of their blobs, so much for patches. */
const listBytes = 600_000
const patchBytes = 350_000
/** What a blob's name adds to a file. */
const blobBytes = 100
const uploadMs = 5000
const diffLimit = 20_000_000
/** Repositories inside the workspace that are looked into. */
const nestedLimit = 200
const placeholder = '.drover-looks-inside'
/** SHA-1 of the empty tree. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export interface ChangesDeps {
  /** The run's folder on this machine. */
  folder: string
  workspace: string
  path: string
  blobs: BlobStore
}

export function createChanges({ folder, workspace, path, blobs }: ChangesDeps): Changes {
  const gitFolder = join(folder, 'changes.git')
  const baseFile = join(gitFolder, 'drover-base')
  let running: Promise<unknown> = Promise.resolve()

  function git(args: readonly string[], signal?: AbortSignal, maxBytes?: number): Promise<GitResult> {
    const env = {
      PATH: path,
      LANG: 'C',
      GIT_DIR: gitFolder,
      GIT_WORK_TREE: workspace,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_OPTIONAL_LOCKS: '0',
    }
    const safe = [
      '-c',
      'core.fsmonitor=false',
      '-c',
      'core.hooksPath=/dev/null',
      '-c',
      'core.quotePath=false',
      '-c',
      'safe.directory=*',
    ]
    return runGit([...safe, ...args], { cwd: workspace, env, signal, ...(maxBytes === undefined ? {} : { maxBytes }) })
  }

  async function must(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const result = await git(args, signal)
    if (result.code !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr.trim()}`)
    return result.stdout
  }

  async function begin(): Promise<void> {
    await rm(gitFolder, { recursive: true, force: true })
    await mkdir(join(gitFolder, 'objects/info'), { recursive: true })
    await mkdir(join(gitFolder, 'refs'), { recursive: true })
    await writeFile(join(gitFolder, 'HEAD'), 'ref: refs/heads/drover\n')
    await writeFile(join(gitFolder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n')
    let base = emptyTree
    if (await exists(join(workspace, '.git/objects'))) {
      await writeFile(join(gitFolder, 'objects/info/alternates'), `${join(workspace, '.git/objects')}\n`)
      // The clone's index knows size and time of every file, so nothing has to be read again.
      await copyFile(join(workspace, '.git/index'), join(gitFolder, 'index')).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
      })
    } else {
      await must(['hash-object', '-w', '-t', 'tree', '/dev/null'])
      await stage()
    }
    base = (await must(['write-tree'])).trim()
    await writeFile(baseFile, base)
  }

  /** The index as the workspace is now. What git can't read (a folder without rights) is left out; the rest is not. */
  async function stage(signal?: AbortSignal): Promise<void> {
    await openNested(signal)
    const added = await git(['add', '-A', '--ignore-errors', '--', '.'], signal)
    // 1: some files could not be read. 128: nothing was done.
    if (added.code !== 0 && added.code !== 1) throw new Error(`git add failed: ${added.stderr.trim()}`)
  }

  /**
   * Git takes a folder with a repository of its own for one thing, or for none while it has no commit, and so does not look at
   * its files. But it looks into every folder of which its index knows a file: so it is told of one that is not there, which
   * the next `add` takes back.
   */
  async function openNested(signal?: AbortSignal): Promise<void> {
    const opened = new Set<string>()
    for (;;) {
      const found = (await nested(signal)).filter((path) => !opened.has(path))
      if (found.length === 0 || opened.size > nestedLimit) return
      const blob = (await must(['hash-object', '-w', '/dev/null'], signal)).trim()
      for (const path of found) {
        opened.add(path)
        await must(
          ['update-index', '--add', '--replace', '--cacheinfo', `100644,${blob},${path}/${placeholder}`],
          signal,
        )
      }
    }
  }

  /** Folders in the workspace that hold a repository and that git would not look into, without a slash at the end. */
  async function nested(signal?: AbortSignal): Promise<string[]> {
    const untracked = await must(['ls-files', '--others', '--exclude-standard', '-z'], signal)
    const links = (await must(['ls-files', '--stage', '-z'], signal)).split('\0').flatMap((line) => {
      const [, path] = /^160000 [0-9a-f]+ \d\t(.*)$/s.exec(line) ?? []
      return path === undefined ? [] : [path]
    })
    const present = await Promise.all(links.map((path) => exists(join(workspace, path, '.git'))))
    return [
      ...untracked.split('\0').flatMap((path) => (path.endsWith('/') ? [path.slice(0, -1)] : [])),
      ...links.filter((_, index) => present[index]),
    ]
  }

  async function read(signal?: AbortSignal): Promise<ChangeSet | undefined> {
    const base = await readFile(baseFile, 'utf8').catch(() => undefined)
    if (base === undefined) return undefined
    await stage(signal)
    const list = await must(
      [
        'diff',
        '--cached',
        '--raw',
        '--numstat',
        '-z',
        '-M',
        '--no-ext-diff',
        '--no-textconv',
        '--ignore-submodules=none',
        base,
      ],
      signal,
    )
    const text = await git(
      [
        'diff',
        '--cached',
        '-M',
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        '--ignore-submodules=none',
        '--full-index',
        base,
      ],
      signal,
      diffLimit,
    )
    const changes = parseList(list)
    const patches = splitPatches(text.stdout)
    const files: FileChange[] = []
    let left = listBytes
    let leftForPatches = patchBytes
    const upload = uploadUntil(blobs, uploadMs)
    for (const [index, change] of changes.slice(0, listedFiles).entries()) {
      left -= jsonBytes(change) + blobBytes
      if (left < 0) break
      const patch = text.cut && index >= patches.length - 1 ? undefined : patches[index]
      const file = await withPatch(change, patch, { room: leftForPatches, upload: upload.put })
      if (file.patch !== undefined) leftForPatches -= jsonBytes(file.patch)
      files.push(file)
    }
    upload.close()
    return { files, more: changes.length - files.length, diff: text.stdout, diffCut: text.cut }
  }

  /** One at a time: they share an index. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = running.then(work, work)
    running = next.catch(() => {})
    return next
  }

  return {
    begin: () => inTurn(begin),
    read: (signal) => inTurn(() => read(signal)),
    head: () => readHead(join(workspace, '.git')),
  }
}

async function withPatch(
  change: FileChange,
  patch: string | undefined,
  { room, upload }: { room: number; upload: (text: string) => ReturnType<BlobStore['put']> },
): Promise<FileChange> {
  if (patch === undefined || change.binary === true) return change
  const clean = patch.replaceAll('\0', '␀')
  if (clean.length <= inlinePatch && jsonBytes(clean) <= room) return { ...change, patch: clean }
  const blob = await upload(clean)
  return blob === undefined ? change : { ...change, blob }
}

/** Uploads one after the other; what is not stored `withinMs` from now is given up, so that a list never waits longer. */
function uploadUntil(
  blobs: BlobStore,
  withinMs: number,
): { put: (text: string) => ReturnType<BlobStore['put']>; close: () => void } {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), withinMs)
  return {
    put: (text) => Promise.race([blobs.put(Buffer.from(text)), late.promise]),
    close: () => clearTimeout(timer),
  }
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** `git diff --raw --numstat -z`: all raw records first, then all counts, in the same order. */
export function parseList(text: string): FileChange[] {
  const fields = text.split('\0')
  const changes: FileChange[] = []
  let at = 0
  while (fields[at]?.startsWith(':') === true) {
    const letter = fields[at]?.split(' ')[4]?.[0] ?? 'M'
    const moved = letter === 'R' || letter === 'C'
    const first = fields[at + 1] ?? ''
    const second = fields[at + 2] ?? ''
    const status = statuses[letter] ?? 'modified'
    changes.push({
      path: (moved ? second : first).slice(0, 1000),
      ...(letter === 'R' ? { oldPath: first.slice(0, 1000) } : {}),
      status,
      added: 0,
      removed: 0,
    })
    at += moved ? 3 : 2
  }
  for (const [index, change] of changes.entries()) {
    const [added = '', removed = '', path] = (fields[at] ?? '').split('\t')
    const binary = added === '-'
    changes[index] = {
      ...change,
      added: Number(added) || 0,
      removed: Number(removed) || 0,
      ...(binary ? { binary } : {}),
    }
    at += path === '' ? 3 : 1
  }
  return changes
}

const statuses: Record<string, FileChange['status']> = {
  A: 'added',
  C: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'modified',
}

/** One piece for each file, in order. */
export function splitPatches(diff: string): string[] {
  if (diff === '') return []
  return diff.split(/^(?=diff --git )/m).filter((piece) => piece.startsWith('diff --git '))
}

/** Reads the two files that say where a repository stands; nothing of the repository is executed. */
async function readHead(gitFolder: string): Promise<{ branch?: string; commit?: string }> {
  const head = (await readSmall(join(gitFolder, 'HEAD')))?.trim()
  if (head === undefined) return {}
  if (!head.startsWith('ref: ')) return /^[0-9a-f]{40,64}$/.test(head) ? { commit: head } : {}
  const ref = head.slice(5)
  if (!/^refs\/heads\/[^\0]+$/.test(ref) || ref.includes('..')) return {}
  const branch = ref.slice('refs/heads/'.length).slice(0, 250)
  const loose = (await readSmall(join(gitFolder, ref)))?.trim()
  const packed = loose === undefined ? await readSmall(join(gitFolder, 'packed-refs')) : undefined
  const commit =
    loose ??
    packed
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0]
  return { branch, ...(commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? { commit } : {}) }
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > 5_000_000) return undefined
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
