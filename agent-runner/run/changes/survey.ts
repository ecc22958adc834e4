import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { ChangeStore } from './change-store.ts'

/** What is listed without its content, and why. Paths are bytes as Latin-1; one that ends in `/` is a folder with all below it. */
export interface LeftOut {
  path: string
  why: NonNullable<FileChange['unread']>
}

export interface Survey {
  /** Files of the index that may have changed, or are gone. */
  tracked: string[]
  untracked: string[]
  left: LeftOut[]
}

/** Repositories inside the workspace that are looked into. */
const nestedLimit = 200

interface Place {
  workspace: string
  /** A path where no index is. */
  nowhere: string
  /** Time for a look that heeds ignore files; then they are left aside. */
  ignoringMs: number
  signal?: AbortSignal
}

/**
 * What the workspace has that the index has not. Git takes a folder with a repository of its own for one thing, so each is
 * looked at as a work tree of its own, with the same git folder of ours.
 */
export async function surveyWorkspace(
  store: ChangeStore,
  { base, signal, ...place }: Place & { base: string },
): Promise<Survey> {
  const { workspace } = place
  const changed = await store.must(['diff-files', '--raw', '-z', '--no-renames', '--ignore-submodules=all'], {
    workTree: workspace,
    encoding: 'latin1',
    ...within(signal),
  })
  const tracked = changed.split('\0').filter((_, index) => index % 2 === 1)
  const untracked: string[] = []
  const left: LeftOut[] = []
  const queue = ['']
  let looked = 0
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    if (looked++ > nestedLimit) {
      left.push({ path: folder, why: 'unreadable' })
      continue
    }
    const seen = await lookInto(store, { ...place, folder, ...within(signal) }).catch((error: unknown) => {
      // The workspace itself must be readable; a folder in it need not be.
      if (folder === '' || signal?.aborted === true) throw error
      return undefined
    })
    if (seen === undefined) {
      left.push({ path: folder, why: 'unreadable' })
      continue
    }
    for (const path of seen.others) (path.endsWith('/') ? queue : untracked).push(path)
    for (const path of seen.unreadable) left.push({ path, why: 'unreadable' })
    const ignored =
      folder === ''
        ? await newlyIgnored(store, { workspace, base, paths: seen.ignored, ...within(signal) })
        : seen.ignored
    for (const path of ignored) left.push({ path, why: 'ignored' })
  }
  return { tracked, untracked, left }
}

interface Look {
  others: string[]
  ignored: string[]
  unreadable: string[]
}

/** The untracked files of one work tree, all paths from the workspace. Folders that hold a repository end in `/`. */
async function lookInto(
  store: ChangeStore,
  { workspace, folder, nowhere, ignoringMs, signal }: Place & { folder: string },
): Promise<Look> {
  const workTree = join(workspace, Buffer.from(folder, 'latin1').toString())
  const real = await realpath(workTree)
  const root = await realpath(workspace)
  if (real !== root && !real.startsWith(`${root}/`)) return { others: [], ignored: [], unreadable: [] }
  const place = {
    workTree,
    encoding: 'latin1' as const,
    ...(folder === '' ? {} : { variables: { GIT_INDEX_FILE: nowhere } }),
  }
  const list = async (args: readonly string[], until: AbortSignal | undefined): Promise<Look> => {
    const result = await store.git(['ls-files', '--others', '-z', ...args], { ...place, ...within(until) })
    if (result.code !== 0) throw new Error(`git ls-files failed: ${result.stderr.trim()}`)
    const closed = result.stderr.matchAll(/could not open directory '(.*?)\/?': /g)
    return {
      others: whole(result.stdout, result.cut).map((path) => folder + path),
      ignored: [],
      unreadable: [...closed].map(([, path = '']) => `${folder}${Buffer.from(path).toString('latin1')}/`),
    }
  }
  const heeding = ['--exclude-standard']
  const until = AbortSignal.any([AbortSignal.timeout(ignoringMs), ...(signal === undefined ? [] : [signal])])
  try {
    const seen = await list(heeding, until)
    const { others } = await list([...heeding, '--ignored', '--directory'], until)
    return { ...seen, ignored: outermost(others) }
  } catch (error) {
    if (signal?.aborted === true || !until.aborted) throw error
    return list([], signal)
  }
}

/**
 * Those that are ignored by a rule that the run started with are nobody's business; the others are what the run itself chose to leave out.
 */
async function newlyIgnored(
  store: ChangeStore,
  { workspace, base, paths, signal }: { workspace: string; base: string; paths: string[]; signal?: AbortSignal },
): Promise<string[]> {
  if (paths.length === 0) return []
  const { stdout } = await store.git(['check-ignore', '--verbose', '--non-matching', '--no-index', '-z', '--stdin'], {
    workTree: workspace,
    encoding: 'latin1',
    input: Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1'),
    ...within(signal),
  })
  const fields = stdout.split('\0')
  const rulesOf = new Map<string, Set<string>>()
  const fresh: string[] = []
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = '', , rule = '', path = ''] = fields.slice(at, at + 4)
    let rules = rulesOf.get(source)
    if (rules === undefined) {
      const name = Buffer.from(source, 'latin1').toString()
      const text = source === '' ? undefined : await store.git(['cat-file', 'blob', `${base}:${name}`], within(signal))
      rules = new Set(text?.code === 0 ? text.stdout.split('\n').map((line) => line.trim()) : [])
      rulesOf.set(source, rules)
    }
    if (!rules.has(Buffer.from(rule, 'latin1').toString().trim())) fresh.push(path)
  }
  return fresh
}

/** Without what lies below another one. */
function outermost(paths: readonly string[]): string[] {
  const kept: string[] = []
  for (const path of paths.toSorted()) {
    const last = kept.at(-1)
    if (last === undefined || !last.endsWith('/') || !path.startsWith(last)) kept.push(path)
  }
  return kept
}

function whole(list: string, cut: boolean): string[] {
  const names = list.split('\0')
  // What follows the last NUL: nothing, or half a name.
  names.pop()
  return cut ? names.slice(0, -1) : names
}

function within(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
