import type { ChangeStore, StoreCall } from '../run/changes/change-store.ts'

/** One path that differs between two trees. Paths are bytes as Latin-1; a side that there is not is absent. */
export interface TreeChange {
  path: string
  before: TreeFile | undefined
  after: TreeFile | undefined
}

export interface TreeFile {
  mode: string
  id: string
}

/** Every path that differs, one by one: a rename is a path that went and one that came. */
export async function listTreeChanges(
  store: ChangeStore,
  from: string,
  to: string,
  call: StoreCall = {},
): Promise<TreeChange[]> {
  const args = ['diff-tree', '-r', '--raw', '-z', '--no-renames', from, to]
  const fields = (await store.must(args, { ...call, encoding: 'latin1', maxBytes: 200_000_000 })).split('\0')
  const changes: TreeChange[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, before = '', after = '', idBefore = '', idAfter = ''] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) /.exec(fields[at] ?? '') ?? []
    changes.push({ path: fields[at + 1] ?? '', before: sideOf(before, idBefore), after: sideOf(after, idAfter) })
  }
  return changes
}

/** Contents by id, in one go. What is not there, or no file, is absent. */
export async function readBlobs(
  store: ChangeStore,
  ids: readonly string[],
  call: StoreCall = {},
): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  if (ids.length === 0) return found
  const { stdout } = await store.bytes(['cat-file', '--buffer', '--batch'], {
    ...call,
    input: ids.map((id) => `${id}\n`).join(''),
    maxBytes: 600_000_000,
  })
  let at = 0
  for (const id of ids) {
    const end = stdout.indexOf(0x0a, at)
    if (end === -1) break
    const head = stdout.toString('latin1', at, end)
    at = end + 1
    const size = Number(/ blob (\d+)$/.exec(head)?.[1] ?? NaN)
    if (Number.isNaN(size)) continue
    found.set(id, stdout.subarray(at, at + size))
    at += size + 1
  }
  return found
}

/** Sizes of contents, in bytes; 0 for what is not there. */
export async function sizesOf(store: ChangeStore, ids: readonly string[], call: StoreCall = {}): Promise<number[]> {
  if (ids.length === 0) return []
  const text = await store.must(['cat-file', '--buffer', '--batch-check=%(objectsize)'], {
    ...call,
    input: ids.map((id) => `${id}\n`).join(''),
  })
  return text.split('\n').map((line) => Number(line) || 0)
}

function sideOf(mode: string, id: string): TreeFile | undefined {
  return mode === '000000' ? undefined : { mode, id }
}
