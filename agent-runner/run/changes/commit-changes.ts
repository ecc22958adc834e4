import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitPerson } from '#shared/domain/git-person.ts'
import type { PublishFile } from '#shared/domain/run-publish.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { shownPath } from './change-list.ts'
import type { ChangeStore } from './change-store.ts'
import { runGit } from './git.ts'

export interface CommitOrder {
  /** The repository, below the workspace; empty: the workspace itself. */
  folder: string
  /** The commit that the run started from. */
  base: string
  /** The one before: of this run, else `base`. */
  parent: string
  /** Those alone, as they were seen; absent: everything. */
  files: readonly PublishFile[] | undefined
  message: string
  author: GitPerson
  committer: GitPerson
  /** ms since epoch. */
  at: number
}

export interface MadeCommit {
  readonly commit: string
  /** Nothing had changed since the one before, which it is then. */
  readonly isNew: boolean
}

interface Entry {
  /** Bytes as Latin-1. */
  path: string
  mode: string
  id: string
}

const gone = '000000'

/**
 * The parent's files, with what the run changed put into them: not the files as they lie in the workspace, where a checkout may have made others
 * of them than those that are committed.
 */
export async function commitChanges(
  order: CommitOrder,
  at: { store: ChangeStore; gitFolder: string; path: string; base: string; tree: string },
): Promise<Result<MadeCommit, Refusal>> {
  const { store } = at
  for (const commit of [order.base, order.parent])
    if ((await store.git(['cat-file', '-e', `${commit}^{commit}`])).code !== 0)
      return err(refusal('not_found', 'the commit that the run started from'))
  const inWorkspace = await entriesBetween(store, at.base, at.tree)
  const changed = await outsideSubmodules(store, order.base, below(inWorkspace, order.folder))
  const whole = await withEntries(at, order.base, changed)
  const since = await entriesBetween(store, `${order.parent}^{tree}`, whole)
  const chosen =
    order.files === undefined
      ? ok(since)
      : choose(since, {
          folder: order.folder,
          files: order.files,
          changed: new Set(changed.map(({ path }) => path)),
        })
  if (!chosen.ok) return chosen
  if (chosen.value.length === 0) return ok({ commit: order.parent, isNew: false })
  const other = await keptOtherwise(at, whole, chosen.value)
  if (other !== undefined)
    return err(
      refusal(
        'invalid',
        `${named(order.folder, other)} is not kept as it lies there (Git LFS, a filter or an encoding), so let the agent commit it`,
      ),
    )
  const tree = order.files === undefined ? whole : await withEntries(at, order.parent, chosen.value)
  const date = `${Math.floor(order.at / 1000)} +0000`
  const made = await store.must(['commit-tree', tree, '-p', order.parent, '-F', '-'], {
    input: order.message.endsWith('\n') ? order.message : `${order.message}\n`,
    variables: {
      GIT_AUTHOR_NAME: order.author.name,
      GIT_AUTHOR_EMAIL: order.author.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: order.committer.name,
      GIT_COMMITTER_EMAIL: order.committer.email,
      GIT_COMMITTER_DATE: date,
    },
  })
  return ok({ commit: made.trim(), isNew: true })
}

function named(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`
}

/** A path of the workspace as the repository has it; `undefined`: it is of another one. */
function inFolder(path: string, folder: string): string | undefined {
  if (folder === '') return path
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}

function below(entries: readonly Entry[], folder: string): Entry[] {
  return entries.flatMap((entry) => {
    const path = inFolder(entry.path, folder)
    return path === undefined ? [] : [{ ...entry, path }]
  })
}

/** A submodule is a repository of its own: its commit would go in here, and its files never do. */
async function outsideSubmodules(store: ChangeStore, commit: string, entries: Entry[]): Promise<Entry[]> {
  const listed = await store.must(['ls-tree', '-r', '-z', commit], { encoding: 'latin1' })
  const modules = listed.split('\0').flatMap((line) => /^160000 \S+ \S+\t(.+)$/s.exec(line)?.[1] ?? [])
  if (modules.length === 0) return entries
  return entries.filter(({ path }) => !modules.some((one) => path === one || path.startsWith(`${one}/`)))
}

async function entriesBetween(store: ChangeStore, from: string, to: string): Promise<Entry[]> {
  const raw = await store.must(['diff-tree', '-r', '--raw', '--no-renames', '--no-abbrev', '-z', from, to], {
    encoding: 'latin1',
  })
  const fields = raw.split('\0')
  const entries: Entry[] = []
  for (let place = 0; place + 1 < fields.length; place += 2) {
    const [, mode = '', id = ''] = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) \w/.exec(fields[place] ?? '') ?? []
    entries.push({ path: fields[place + 1] ?? '', mode, id })
  }
  return entries
}

/** The tree of a commit with these in the place of what it has there. */
async function withEntries(
  { store, gitFolder }: { store: ChangeStore; gitFolder: string },
  commit: string,
  entries: readonly Entry[],
): Promise<string> {
  const index = join(gitFolder, 'drover-commit-index')
  const variables = { GIT_INDEX_FILE: index }
  try {
    await store.must(['read-tree', commit], { variables })
    const lines = entries.map(({ mode, id, path }) => `${mode === gone ? '0' : mode} ${id}\t${path}\0`).join('')
    if (lines !== '')
      await store.must(['update-index', '-z', '--index-info'], { input: Buffer.from(lines, 'latin1'), variables })
    return (await store.must(['write-tree'], { variables })).trim()
  } finally {
    await rm(index, { force: true })
  }
}

/** What a person chose, on the very contents that they saw. One that is committed as they saw it is no news. */
function choose(
  since: readonly Entry[],
  { folder, files, changed }: { folder: string; files: readonly PublishFile[]; changed: ReadonlySet<string> },
): Result<Entry[], Refusal> {
  const chosen: Entry[] = []
  for (const { path: shown, after } of files) {
    const path = inFolder(shown, folder)
    if (path === undefined) continue
    const found = since.filter((one) => shownPath(one.path) === path)
    if (found.length > 1) return err(refusal('invalid', `two files are shown as ${shown}`))
    const [entry] = found
    if (entry === undefined) {
      const isThere = [...changed].some((one) => shownPath(one) === path)
      if (!isThere && after !== undefined) return err(refusal('stale', shown))
      continue
    }
    if ((entry.mode === gone ? undefined : entry.id) !== after) return err(refusal('stale', shown))
    chosen.push(entry)
  }
  return ok(chosen)
}

/**
 * A file that git itself would write otherwise than it lies in the workspace, by the attributes that are committed with it. Asked in a folder
 * without the attributes that hold for everything else here.
 */
async function keptOtherwise(
  { store, gitFolder, path }: { store: ChangeStore; gitFolder: string; path: string },
  tree: string,
  entries: readonly Entry[],
): Promise<string | undefined> {
  const present = entries.filter(({ mode }) => mode.startsWith('100'))
  const place = join(gitFolder, 'drover-attributes')
  const env = {
    PATH: path,
    LANG: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
  }
  const format = (await store.noId()).length === 64 ? 'sha256' : 'sha1'
  try {
    await runGit(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, place], {
      cwd: gitFolder,
      env,
    })
    const there = { ...env, GIT_DIR: place, GIT_OBJECT_DIRECTORY: join(gitFolder, 'objects') }
    await runGit(['read-tree', tree], { cwd: place, env: there })
    const { stdout } = await runGit(
      ['check-attr', '--cached', '--stdin', '-z', 'filter', 'working-tree-encoding', 'eol', 'ident'],
      {
        cwd: place,
        env: there,
        encoding: 'latin1',
        input: Buffer.from(present.map((one) => `${one.path}\0`).join(''), 'latin1'),
      },
    )
    const fields = stdout.split('\0')
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [file = '', name, value = ''] = fields.slice(at, at + 3)
      const counts = name === 'eol' ? value === 'crlf' : !['unspecified', 'unset', ''].includes(value)
      if (counts) return shownPath(file)
    }
    return undefined
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
