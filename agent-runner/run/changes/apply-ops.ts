import { createHash } from 'node:crypto'
import type { FileOp } from '#shared/domain/review-change.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { codeOf } from '../../log.ts'
import type { ListedChange, ListedSide } from './change-list.ts'
import { shownPath } from './change-list.ts'
import type { ChangeStore } from './change-store.ts'
import { hunkPlaces, isSamePlace, revertHunks } from './revert-hunks.ts'
import {
  openWorkspaceFile,
  removeEmptyFolders,
  UnsafePath,
  type FileState,
  type WorkspaceFile,
} from './workspace-file.ts'

/** What must stand at a path, and what is to stand there; `undefined`: nothing. Paths are bytes as Latin-1. */
interface Step {
  path: string
  expected: { id: string; mode?: string } | undefined
  wanted: Wanted | undefined
}

interface Wanted {
  content: Buffer
  /** Absent: as it is. */
  mode?: string
  /** A person wrote it, in a browser, which leaves the mark at the beginning of a file out of its text. */
  written?: true
}

const contentLimit = 50_000_000
const bom = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Does what a person asked, on the very contents that they saw, all of it or nothing. A path that has the wanted content
 * already is done: so a delivery that comes again, after a runner died in the middle, ends where it was to end.
 */
export async function applyOps(
  ops: readonly FileOp[],
  {
    store,
    workspace,
    listed,
    temporary,
  }: { store: ChangeStore; workspace: string; listed: readonly ListedChange[]; temporary: string },
): Promise<Result<void, Refusal>> {
  const idOf = await namer(store)
  const steps: Step[] = []
  for (const op of ops) {
    const found = listed.filter(({ path }) => shownPath(path) === op.path)
    if (found.length > 1) return err(refusal('invalid', `two files are shown as ${op.path}`))
    const planned = await plan(op, found[0], store)
    if (!planned.ok) return planned
    steps.push(...planned.value)
  }
  const opened: { step: Step; file: WorkspaceFile | undefined; state: FileState | undefined }[] = []
  try {
    for (const step of steps) {
      const file = await openWorkspaceFile(workspace, step.path, { make: false, temporary })
      opened.push({ step, file, state: undefined })
      const state = await file?.read()
      if (isWanted(step, state, idOf)) {
        opened.pop()
        await file?.close()
        continue
      }
      if (!isExpected(step, state, idOf)) return err(refusal('stale', shownPath(step.path)))
      opened[opened.length - 1] = { step, file, state }
    }
    // New contents first: a renamed file is never nowhere.
    const inOrder = opened.toSorted((a, b) => Number(a.step.wanted === undefined) - Number(b.step.wanted === undefined))
    for (const { step, file, state } of inOrder) {
      const { wanted, path } = step
      if (wanted === undefined) {
        await file?.remove()
        await removeEmptyFolders(workspace, path)
        continue
      }
      const rights = state?.mode === '120000' ? undefined : state?.rights
      const made = file ?? (await openWorkspaceFile(workspace, path, { make: true, temporary }))
      if (file === undefined) opened.push({ step, file: made, state })
      await made?.put({ mode: wanted.mode ?? state?.mode ?? '100644', content: contentFor(wanted, state), rights })
    }
    return ok()
  } catch (error) {
    if (error instanceof UnsafePath) return err(refusal('stale', error.message))
    if (['EISDIR', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENOENT'].includes(codeOf(error) ?? '')) return err(refusal('stale'))
    if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? ''))
      return err(refusal('internal', `the machine can't write there (${codeOf(error)})`))
    throw error
  } finally {
    for (const { file } of opened) await file?.close().catch(() => {})
  }
}

type Namer = (content: Buffer) => string

async function plan(
  op: FileOp,
  change: ListedChange | undefined,
  store: ChangeStore,
): Promise<Result<Step[], Refusal>> {
  if ([change?.before?.mode, change?.after?.mode].includes('160000'))
    return err(refusal('invalid', 'a submodule is changed by Git alone'))
  switch (op.kind) {
    case 'revert_file':
      return planRevert(op, change, store)
    case 'revert_hunks':
      return planHunks(op, change, store)
    case 'write': {
      const content = Buffer.from(op.text)
      return ok([
        {
          path: change?.path ?? plainPath(op.path),
          expected: change === undefined ? nowhere : { id: op.after },
          wanted: { content, written: true },
        },
      ])
    }
  }
}

async function planRevert(
  op: Extract<FileOp, { kind: 'revert_file' }>,
  change: ListedChange | undefined,
  store: ChangeStore,
): Promise<Result<Step[], Refusal>> {
  // It is as it was before the run.
  if (change === undefined) return ok([])
  const { before, after } = change
  if (before?.id !== op.before || after?.id !== op.after) return err(refusal('stale', op.path))
  const wanted = before === undefined ? undefined : { mode: before.mode, content: await contentOf(store, before.id) }
  if (before !== undefined && after !== undefined && before.path !== after.path)
    return ok([
      { path: before.path, expected: undefined, wanted },
      { path: after.path, expected: after, wanted: undefined },
    ])
  return ok([{ path: change.path, expected: after, wanted }])
}

async function planHunks(
  op: Extract<FileOp, { kind: 'revert_hunks' }>,
  change: ListedChange | undefined,
  store: ChangeStore,
): Promise<Result<Step[], Refusal>> {
  if (change !== undefined && !isPlain(change.before) && !isPlain(change.after))
    return err(refusal('invalid', 'only hunks of text files'))
  const between = ['diff', '--no-ext-diff', '--no-textconv', '--no-color', op.before, op.after]
  const diff = await store.git(between, { encoding: 'latin1' })
  if (diff.code !== 0 || diff.cut) return err(refusal('stale', op.path))
  const known = hunkPlaces(diff.stdout)
  if (!op.hunks.every((hunk) => known.some((place) => isSamePlace(place, hunk)))) return err(refusal('stale', op.path))
  const content = revertHunks(await contentOf(store, op.before), await contentOf(store, op.after), op.hunks)
  return ok([
    {
      path: change?.path ?? plainPath(op.path),
      expected: change === undefined ? nowhere : { id: op.after },
      wanted: { content },
    },
  ])
}

/** Of no content: a path that the run did not change is not written to, it can only be as it is wanted already. */
const nowhere = { id: 'none' }

function isPlain(side: ListedSide | undefined): boolean {
  return side?.mode === '100644' || side?.mode === '100755'
}

function plainPath(shown: string): string {
  return Buffer.from(shown).toString('latin1')
}

function isWanted({ wanted }: Step, state: FileState | undefined, idOf: Namer): boolean {
  if (wanted === undefined || state === undefined) return wanted === undefined && state === undefined
  if (wanted.mode !== undefined && wanted.mode !== state.mode) return false
  return idOf(state.content) === idOf(contentFor(wanted, state))
}

function isExpected({ expected }: Step, state: FileState | undefined, idOf: Namer): boolean {
  if (expected === undefined || state === undefined) return expected === undefined && state === undefined
  if (state.mode === '120000' && expected.mode !== '120000') return false
  return (expected.mode === undefined || expected.mode === state.mode) && idOf(state.content) === expected.id
}

function contentFor({ content, written }: Wanted, state: FileState | undefined): Buffer {
  const had = written === true && state?.content.subarray(0, 3).equals(bom) === true
  return had && !content.subarray(0, 3).equals(bom) ? Buffer.concat([bom, content]) : content
}

async function contentOf(store: ChangeStore, id: string): Promise<Buffer> {
  const { stdout, code, cut } = await store.git(['cat-file', 'blob', id], {
    encoding: 'latin1',
    maxBytes: contentLimit,
  })
  if (code !== 0 || cut) throw new Error(`git has no content ${id}`)
  return Buffer.from(stdout, 'latin1')
}

/** Names contents as this store's git does. */
async function namer(store: ChangeStore): Promise<Namer> {
  const algorithm = (await store.noId()).length === 64 ? 'sha256' : 'sha1'
  return (content) => createHash(algorithm).update(`blob ${content.byteLength}\0`).update(content).digest('hex')
}
