import { copyFile, lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { FileOp } from '#shared/domain/review-change.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, type Result } from '#shared/result.ts'
import type { BlobStore } from '../../link/blob-store.ts'
import { codeOf } from '../../log.ts'
import { applyOps } from './apply-ops.ts'
import { parseList, shownPath, splitPatches, type ListedChange } from './change-list.ts'
import { createChangeStore, type ChangeStore, type ObjectFormat, type StoreCall } from './change-store.ts'
import { commitChanges, type CommitOrder, type MadeCommit } from './commit-changes.ts'
import { fileList } from './file-list.ts'
import { runGit, type GitResult } from './git.ts'
import { createVersionKeeper } from './keep-versions.ts'
import { listFiles, readContents, type ListedFile } from './list-files.ts'
import { readHead } from './read-head.ts'
import { keepStarts, readStarts, type RepositoryStart } from './starts.ts'
import { surveyWorkspace, type LeftOut } from './survey.ts'
import { createFileTaker, takenLimit } from './take-files.ts'
import { takeObjects } from './take-objects.ts'
import { createTurnTrees } from './turn-trees.ts'

/**
 * What a run changed in its workspace, byte by byte against the files it started with.
 *
 * The workspace's own `.git` belongs to the agent, and git executes what a configuration says (filters, file system
 * monitors, diff drivers) and believes what an object store holds. So after the start this never opens it: it has a git
 * folder of its own beside the workspace, with copies of what the run started from.
 */
export interface Changes {
  /** Remembers the present state as the start. Called right after the clone, before anything of the run is executed. */
  begin(start?: Start): Promise<void>
  /** The files have another owner now, but the same content. Called before anything of the run is executed. */
  ownerChanged(): Promise<void>
  /** `undefined` where there is nothing to compare with. @throws when git could not do it. */
  read(look?: Look): Promise<ChangeSet | undefined>
  /** The files that are not ignored, by their paths; `undefined` where nothing is known of the workspace. @throws when git could not do it. */
  list(signal: AbortSignal): Promise<readonly ListedFile[] | undefined>
  /** What stands in files that were listed, by the ids of their contents. @throws when git could not do it. */
  contents(ids: readonly string[], signal: AbortSignal): Promise<readonly Uint8Array[]>
  /** Does what a person wants of changed files, on the contents that they saw; all of it, or nothing with the reason. */
  apply(ops: readonly FileOp[]): Promise<Result<void, Refusal>>
  /** The files as they are now, as a tree of the git folder. `undefined` where there is nothing to compare with. @throws when git could not do it. */
  state(signal?: AbortSignal): Promise<WorkspaceState | undefined>
  /** An earlier turn, on another machine, ended with this tree. */
  noteTurn(turn: number, tree: string): Promise<void>
  /** The git folder of ours. */
  readonly store: ChangeStore
  /**
   * Makes a commit of what the run changed, out of what is looked at here, without a look at the workspace's own `.git`. Doing it again makes the
   * same one.
   */
  commit(order: CommitOrder): Promise<Result<MadeCommit, Refusal>>
  /** Where the repositories of a workspace with several stood at its start. */
  starts(): Promise<readonly RepositoryStart[]>
  /** The git folder of ours, with everything that the run started from and every commit that was made. */
  readonly gitFolder: string
  /** Branch and commit that the workspace is at. */
  head(): Promise<{ branch?: string; commit?: string }>
}

export interface Start {
  /** Objects of the clone may be shared, since whoever can write to the workspace can write to everything of the run. */
  hardLinks: boolean
  /** Folders of repositories that lie side by side. */
  folders?: readonly string[]
}

export interface WorkspaceState {
  /** The tree that the run started with. */
  base: string
  tree: string
  /** What is not in the tree. */
  left: LeftOut[]
  /** Files that are not in it because there are too many. */
  more: number
}

export interface Look {
  signal?: AbortSignal
  /** The turn that is going, or was the last one: what it changed is told as well. */
  turn?: number
}

export interface ChangeSet {
  files: FileChange[]
  /** Files that did not fit into `files`, by number or by length. */
  more: number
  /** What the turn changed, where it is not the first one. */
  inTurn: { files: FileChange[]; more: number } | undefined
  /** The whole diff as one text. */
  diff: string
  /** The diff was too large and stops somewhere. */
  diffCut: boolean
}

/** Goes before the workspace's own attributes: no conversion, and no file that is shown as binary because it says so. */
const asTheyAre = '* !text !crlf !eol !ident !filter !working-tree-encoding !diff\n'
const diffLimit = 20_000_000
const readMs = 90_000
const statedAtOnce = 500
/** Of one turn's patches, what stands in its list: there is a list for each of many turns. */
const turnPatchBytes = 60_000
const between = ['diff-tree', '-r', '-M', '--no-ext-diff', '--no-textconv', '--full-index'] as const

export interface ChangesDeps {
  /** The run's folder on this machine. */
  folder: string
  workspace: string
  path: string
  blobs: BlobStore
  now: () => number
  /** Time for a look that heeds ignore files; one that is a pipe is read for ever. */
  ignoringMs?: number
}

export function createChanges({ folder, workspace, path, blobs, now, ignoringMs = 20_000 }: ChangesDeps): Changes {
  const gitFolder = join(folder, 'changes.git')
  const baseFile = join(gitFolder, 'drover-base')
  const store = createChangeStore({ gitFolder, path })
  const taker = createFileTaker({ store, workspace, now })
  const keeper = createVersionKeeper({ store, blobs })
  const trees = createTurnTrees(join(gitFolder, 'drover-turns.json'))
  let running: Promise<unknown> = Promise.resolve()

  async function begin({ hardLinks, folders = [] }: Start): Promise<void> {
    const origin = join(workspace, '.git')
    const cloned = await exists(join(origin, 'objects'))
    await rm(gitFolder, { recursive: true, force: true })
    trees.clear()
    await store.init(cloned ? await objectFormat(workspace, path) : 'sha1')
    await mkdir(join(gitFolder, 'info'), { recursive: true })
    await writeFile(join(gitFolder, 'info/attributes'), asTheyAre)
    const base = cloned ? await copyStart(origin, hardLinks) : await stageAll()
    await writeFile(baseFile, base)
    if (folders.length > 0)
      await keepStarts(folders, {
        store,
        gitFolder,
        workspace,
        hardLinks,
        formatOf: (place) => objectFormat(place, path),
      })
  }

  /** Index and objects of a fresh clone. @returns the tree. */
  async function copyStart(origin: string, hardLinks: boolean): Promise<string> {
    // The clone's index knows size and time of every file, so nothing has to be read again.
    await copyFile(join(origin, 'index'), join(gitFolder, 'index')).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
    const reading: StoreCall = {
      variables: { GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(join(origin, 'objects')) },
    }
    const staged = await store.must(['ls-files', '--stage', '-z'], { ...reading, encoding: 'latin1' })
    const entries = staged.split('\0').flatMap((line) => {
      const [, mode, id = '', name = ''] = /^(\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? []
      return mode === undefined ? [] : [{ mode, id, name }]
    })
    const links = entries.filter(({ mode }) => mode === '160000')
    if (links.length > 0) {
      const lines = links.map(({ id, name }) => `0 ${id}\t${name}\0`).join('')
      await store.must(['update-index', '-z', '--index-info'], { input: Buffer.from(lines, 'latin1') })
    }
    await taker.take(await converted(entries, reading))
    const tree = (await store.must(['write-tree'], reading)).trim()
    const objects = join(gitFolder, 'objects')
    if (!(await takeObjects(join(origin, 'objects'), objects, { hardLinks }))) {
      const pack = ['pack-objects', '--quiet', '--revs', '--window=0', join(objects, 'pack/pack')]
      await store.must(pack, { ...reading, input: `${tree}\n` })
    }
    await rememberTimes()
    return tree
  }

  /** Files that a filter, a line end or an encoding made differ from what is committed: they are told by their size. */
  async function converted(
    entries: readonly { mode: string; id: string; name: string }[],
    reading: StoreCall,
  ): Promise<string[]> {
    const files = entries.filter(({ mode }) => mode === '100644' || mode === '100755')
    const sizes = await store.must(['cat-file', '--buffer', '--batch-check=%(objectsize)'], {
      ...reading,
      input: files.map(({ id }) => `${id}\n`).join(''),
    })
    const committed = sizes.split('\n')
    const differ: string[] = []
    for (let start = 0; start < files.length; start += statedAtOnce) {
      const some = files.slice(start, start + statedAtOnce)
      const found = await Promise.all(
        some.map(({ name }) => {
          const full = Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from(name, 'latin1')])
          return lstat(full).catch(() => undefined)
        }),
      )
      for (const [index, { name }] of some.entries()) {
        const size = found[index]?.size
        if (size !== undefined && String(size) !== committed[start + index]) differ.push(name)
      }
    }
    return differ
  }

  /** Git looks at the files once, so that those which stay as they are need no second look. */
  async function rememberTimes(): Promise<void> {
    // It says with its exit code that some files differ.
    await store.git(['update-index', '-q', '--refresh'], { workTree: workspace })
  }

  async function stageAll(): Promise<string> {
    const { tracked, untracked } = await surveyWorkspace(store, {
      workspace,
      base: '',
      nowhere: join(gitFolder, 'no-index'),
      ignoringMs,
    })
    await taker.take([...tracked, ...untracked])
    return (await store.must(['write-tree'])).trim()
  }

  /** The workspace as it is now, as a tree; `undefined` where there is nothing to compare with. */
  async function take(signal: AbortSignal) {
    const base = await readFile(baseFile, 'utf8').catch(() => undefined)
    if (base === undefined) return undefined
    const survey = await surveyWorkspace(store, {
      workspace,
      base,
      nowhere: join(gitFolder, 'no-index'),
      ignoringMs,
      signal,
    })
    const paths = [...survey.tracked, ...survey.untracked]
    const left: LeftOut[] = [...survey.left, ...(await taker.take(paths.slice(0, takenLimit), signal))]
    const tree = (await store.must(['write-tree'], { signal })).trim()
    return { base, tree, survey, left, untaken: Math.max(0, paths.length - takenLimit) }
  }

  async function listBetween(from: string, to: string, signal: AbortSignal): Promise<ListedChange[]> {
    const args = [...between, '--raw', '--numstat', '-z', from, to]
    return parseList(await store.must(args, { signal, encoding: 'latin1' }))
  }

  async function patchesBetween(from: string, to: string, signal: AbortSignal) {
    return store.git([...between, '-p', '--no-color', from, to], { signal, maxBytes: diffLimit })
  }

  async function read({ signal, turn }: Look): Promise<ChangeSet | undefined> {
    const until = AbortSignal.any([AbortSignal.timeout(readMs), ...(signal === undefined ? [] : [signal])])
    const taken = await take(until)
    if (taken === undefined) return undefined
    const { base, tree, survey, left, untaken } = taken
    const listed = await listBetween(base, tree, until)
    const text = await patchesBetween(base, tree, until)
    const tracked = new Set(survey.tracked)
    const present = new Map(listed.map((one) => [one.path, one.change]))
    const unread = left.map(({ path: at, why }): FileChange => {
      const status = present.get(at)?.status ?? (tracked.has(at) ? 'modified' : 'added')
      return { path: shownPath(at), status, added: 0, removed: 0, unread: why }
    })
    const named = new Set(left.map((one) => one.path))
    const shown = (await detailed(listed, text, until)).filter((one) => !named.has(one.path))
    const { files, more } = await fileList(shown, { unread, blobs })
    const inTurn = turn === undefined ? undefined : await readTurn(turn, { base, tree, signal: until })
    return { files, more: more + untaken, inTurn, diff: text.stdout, diffCut: text.cut }
  }

  async function readTurn(
    turn: number,
    { base, tree, signal }: { base: string; tree: string; signal: AbortSignal },
  ): Promise<ChangeSet['inTurn']> {
    const start = await trees.before(turn)
    await trees.note(turn, tree)
    if (start === undefined || start === base) return undefined
    const listed = await listBetween(start, tree, signal)
    const shown = await detailed(listed, await patchesBetween(start, tree, signal), signal)
    return fileList(shown, { unread: [], blobs, patches: turnPatchBytes })
  }

  async function detailed(listed: readonly ListedChange[], text: GitResult, signal: AbortSignal) {
    const patches = splitPatches(text.stdout, listed, text.cut)
    const versions = await keeper.versions(listed, signal)
    return listed.map((one, index) => ({
      path: one.path,
      change: { ...one.change, ...versions[index] },
      patch: patches[index],
    }))
  }

  async function list(signal: AbortSignal): Promise<readonly ListedFile[] | undefined> {
    const until = AbortSignal.any([AbortSignal.timeout(readMs), signal])
    const taken = await take(until)
    return taken === undefined ? undefined : listFiles(store, taken.tree, until)
  }

  async function commit(order: CommitOrder): Promise<Result<MadeCommit, Refusal>> {
    const taken = await take(AbortSignal.timeout(readMs))
    if (taken === undefined) return err(refusal('not_found', 'workspace'))
    return commitChanges(order, { store, gitFolder, path, base: taken.base, tree: taken.tree })
  }

  async function apply(ops: readonly FileOp[]): Promise<Result<void, Refusal>> {
    const until = AbortSignal.timeout(readMs)
    const taken = await take(until)
    if (taken === undefined) return err(refusal('not_found', 'workspace'))
    const listed = await listBetween(taken.base, taken.tree, until)
    return applyOps(ops, { store, workspace, listed, temporary: `.drover-${now().toString(36)}` })
  }

  /** One at a time: they share an index. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = running.then(work, work)
    running = next.catch(() => {})
    return next
  }

  return {
    begin: (start = { hardLinks: false }) => inTurn(() => begin(start)),
    ownerChanged: () => inTurn(rememberTimes),
    read: (look = {}) => inTurn(() => read(look)),
    list: (signal) => inTurn(() => list(signal)),
    contents: (ids, signal) => readContents(store, ids, signal),
    apply: (ops) => inTurn(() => apply(ops)),
    state: (signal = AbortSignal.timeout(readMs)) =>
      inTurn(async () => {
        const taken = await take(signal)
        if (taken === undefined) return undefined
        return { base: taken.base, tree: taken.tree, left: taken.left, more: taken.untaken }
      }),
    noteTurn: (turn, tree) => inTurn(() => trees.note(turn, tree)),
    store,
    commit: (order) => inTurn(() => commit(order)),
    starts: () => readStarts(gitFolder),
    gitFolder,
    head: () => readHead(join(workspace, '.git')),
  }
}

/** Of a clone that nobody has written to yet. */
async function objectFormat(workspace: string, path: string): Promise<ObjectFormat> {
  const { stdout } = await runGit(['rev-parse', '--show-object-format'], {
    cwd: workspace,
    env: { PATH: path, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  })
  return stdout.trim() === 'sha256' ? 'sha256' : 'sha1'
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
