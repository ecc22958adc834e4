import { rm } from 'node:fs/promises'
import { snapshotBytes, type NotRestored } from '#shared/domain/snapshot.ts'
import { shownPath } from '../run/changes/change-list.ts'
import type { ChangeStore } from '../run/changes/change-store.ts'
import { listTreeChanges, sizesOf, type TreeChange } from './tree-list.ts'

/** A patch between two trees, and what of it would have been too much. */
export interface TreePatch {
  patch: Buffer
  /** The tree that the patch leads to. */
  tree: string
  changes: TreeChange[]
  /** Paths, as bytes in Latin-1, that stay as they were in `from`: for want of room, and because nobody declared them. */
  tooLarge: string[]
  undeclared: string[]
}

interface Place {
  /** A file that git may use as an index; it is gone afterwards. */
  index: string
  signal?: AbortSignal
}

/**
 * Renames are told as a file that went and one that came: of a link that is only renamed git's patch does not say that it is one, and then it refuses
 * what now lies in its place. @param below the folder that the paths are told in, where it is not the tree's own.
 */
function patchArgs(below: string): string[] {
  const folder = below === '' ? '' : `${below}/`
  const plain = ['--binary', '--full-index', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color']
  return ['diff-tree', '-r', '-p', ...plain, `--src-prefix=a/${folder}`, `--dst-prefix=b/${folder}`]
}

/** What leads from one tree to the other, byte by byte. Where it would be too much the largest files stay out. @throws when git fails. */
export async function makePatch(
  store: ChangeStore,
  {
    from,
    to,
    most = snapshotBytes,
    wants = () => true,
    below = '',
    ...place
  }: Place & { from: string; to: string; most?: number; wants?: (path: string) => boolean; below?: string },
): Promise<TreePatch> {
  const call = within(place.signal)
  const all = await listTreeChanges(store, from, to, call)
  const undeclared = all.filter(({ path }) => !wants(path))
  const { kept, tooLarge } = await whatFits(
    store,
    all.filter((one) => !undeclared.includes(one)),
    { most, ...call },
  )
  const out = [...tooLarge, ...undeclared]
  const tree = out.length === 0 ? to : await withOld(store, { from, to, changes: out, ...place })
  const { stdout, code, stderr, cut } = await store.bytes([...patchArgs(below), from, tree], {
    ...call,
    maxBytes: most * 2,
  })
  if (code !== 0 || cut) throw new Error(`git could not make the patch: ${cut ? 'it is too long' : stderr.trim()}`)
  return {
    patch: Buffer.concat(splitPatch(stdout).map(withPlainNames)),
    tree,
    changes: kept,
    tooLarge: tooLarge.map(pathOf),
    undeclared: undeclared.map(pathOf),
  }
}

const pathOf = ({ path }: TreeChange): string => path

/** Files are left out from the largest on until the rest fits. */
async function whatFits(
  store: ChangeStore,
  changes: readonly TreeChange[],
  { most, signal }: { most: number; signal?: AbortSignal },
): Promise<{ kept: TreeChange[]; tooLarge: TreeChange[] }> {
  const files = changes.filter(({ after }) => after !== undefined && after.mode !== '160000')
  const sizes = await sizesOf(
    store,
    files.map(({ after }) => after?.id ?? ''),
    within(signal),
  )
  const bySize = files.map((change, index) => ({ change, size: sizes[index] ?? 0 })).toSorted((a, b) => b.size - a.size)
  let sum = bySize.reduce((total, { size }) => total + size, 0)
  const out = new Set<TreeChange>()
  for (const { change, size } of bySize) {
    if (sum <= most) break
    sum -= size
    out.add(change)
  }
  return { kept: changes.filter((one) => !out.has(one)), tooLarge: [...out] }
}

/** The tree `to` with these paths as they are in `from`. */
async function withOld(
  store: ChangeStore,
  { to, changes, index, signal }: Place & { from: string; to: string; changes: readonly TreeChange[] },
): Promise<string> {
  const noId = await store.noId()
  const lines = changes
    .map(({ path, before }) =>
      before === undefined ? `0 ${noId}\t${path}\0` : `${before.mode} ${before.id}\t${path}\0`,
    )
    .join('')
  return inIndex(store, { index, ...within(signal) }, async (call) => {
    await store.must(['read-tree', to], call)
    await store.must(['update-index', '-z', '--index-info'], { ...call, input: Buffer.from(lines, 'latin1') })
    return (await store.must(['write-tree'], call)).trim()
  })
}

export interface PatchedTree {
  tree: string
  failed: NotRestored[]
}

/** Sizes that a patch may name for one content: what git would take memory for. */
const contentLimit = 64_000_000
const applying = ['apply', '--cached', '--whitespace=nowarn', '--allow-empty']

/**
 * Applies a patch to a tree, in an index of ours alone: no file is touched. What git refuses (a path that leads out of the tree, one behind a link,
 * one of git's own, a text that is another one here) is tried file by file, and named. `below`: only what lies in this folder of the patch, as if that were
 * the tree. @throws when git itself fails.
 */
export async function applyPatch(
  store: ChangeStore,
  { from, patch, below = '', index, signal }: Place & { from: string; patch: Buffer; below?: string },
): Promise<PatchedTree> {
  const parts = splitPatch(patch).filter((part) => below === '' || nameOf(part).startsWith(`${below}/`))
  if (parts.length === 0) return { tree: from, failed: [] }
  const args = below === '' ? applying : [...applying, '-p2']
  return inIndex(store, { index, ...within(signal) }, async (call) => {
    await store.must(['read-tree', from], call)
    const fit = parts.filter(isBounded)
    const failed: NotRestored[] = parts
      .filter((part) => !fit.includes(part))
      .map((part) => ({ path: nameOf(part), reason: 'it is larger than a file of a snapshot may be' }))
    const whole = await store.bytes(args, { ...call, input: Buffer.concat(fit), limited: true })
    if (whole.code !== 0) {
      for (const part of fit) {
        const one = await store.bytes(args, { ...call, input: part, limited: true })
        if (one.code !== 0) failed.push({ path: nameOf(part), reason: reasonOf(one.stderr) })
      }
    }
    return { tree: (await store.must(['write-tree'], call)).trim(), failed }
  })
}

async function inIndex<T>(
  store: ChangeStore,
  { index, signal }: Place,
  work: (call: { variables: Record<string, string>; signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  await store.noId()
  try {
    return await work({ variables: { GIT_INDEX_FILE: index }, ...within(signal) })
  } finally {
    await rm(index, { force: true })
    await rm(`${index}.lock`, { force: true })
  }
}

const start = Buffer.from('diff --git ')
const line = Buffer.from('\ndiff --git ')

/** One part for each file. A line of a file's own never begins so, since each has a sign before it. */
export function splitPatch(patch: Buffer): Buffer[] {
  const at: number[] = patch.subarray(0, start.length).equals(start) ? [0] : []
  for (let next = patch.indexOf(line); next !== -1; next = patch.indexOf(line, next + 1)) at.push(next + 1)
  return at.map((from, index) => patch.subarray(from, at[index + 1] ?? patch.byteLength))
}

/** Where only the first line names a file, such as an empty one, git does not find the end of a name that has blanks in it; quoted it does. */
function withPlainNames(part: Buffer): Buffer {
  const end = part.indexOf(0x0a)
  const names = part.toString('latin1', start.length, end)
  const half = (names.length - 1) / 2
  const [old, name] = [names.slice(0, half), names.slice(half + 1)]
  if (!name.includes(' ') || !old.startsWith('a/') || old.slice(2) !== name.slice(2)) return part
  return Buffer.concat([start, Buffer.from(`"${old}" "${name}"`, 'latin1'), part.subarray(end)])
}

/** Of what its header says; git reads the rest under limits of the system. */
function isBounded(part: Buffer): boolean {
  const text = part.toString('latin1')
  return [...text.matchAll(/^(?:literal|delta) (\d+)$/gm)].every(([, size]) => Number(size) <= contentLimit)
}

function nameOf(part: Buffer): string {
  const end = part.indexOf(0x0a)
  const first = part.toString('latin1', start.length, end === -1 ? Math.min(part.byteLength, 2000) : end)
  const names = /^(?:"b\/(.*)"|b\/(.*))$/.exec(first.slice(Math.ceil((first.length + 1) / 2)))
  return shownPath(names?.[1] ?? names?.[2] ?? first)
}

function reasonOf(stderr: string): string {
  const text = /^error: (.*)$/m.exec(stderr)?.[1] ?? stderr.split('\n')[0] ?? ''
  if (/beyond a symbolic link/.test(text)) return 'its folder is a link'
  if (/invalid path|outside repository/.test(text)) return 'its path is none that a snapshot may have'
  if (/already exists/.test(text)) return 'another file of this name is here'
  if (/does not exist|not in index|No such file/i.test(text)) return 'the file that it changes is not here'
  if (/patch does not apply|does not match|patch failed|without full index|cannot apply binary/i.test(text))
    return 'the file is another one here'
  return text.slice(0, 200) || 'git could not apply it'
}

function within(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
