import type { ChangeStore } from './change-store.ts'

/** A file of a tree. `path` in UTF-8; `id`: of its content; `bytes`: its length. */
export type ListedFile = { readonly path: string; readonly id: string; readonly bytes: number }

/** Of one answer; contents are asked for in bounded numbers. */
const contentsBytes = 64_000_000

/** The files of a tree, links and submodules among them, sorted. @throws when git could not do it. */
export async function listFiles(store: ChangeStore, tree: string, signal: AbortSignal): Promise<readonly ListedFile[]> {
  const { stdout, cut, code } = await store.git(['ls-tree', '-r', '-l', '-z', tree], { signal })
  if (code !== 0) throw new Error('git ls-tree failed')
  const lines = stdout.split('\0')
  // What follows the last NUL: nothing, or half a line.
  lines.pop()
  return (cut ? lines.slice(0, -1) : lines)
    .flatMap((line) => {
      const [, mode = '', id = '', size = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? []
      // A link's content is where it leads, and a submodule has none here.
      const isFile = mode.startsWith('100')
      return path === '' ? [] : [{ path, id, bytes: isFile ? Number(size) : 0 }]
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** In the order of `ids`. @throws when one of them is not there, or when it is too much. */
export async function readContents(
  store: ChangeStore,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const input = ids.map((id) => `${id}\n`).join('')
  const { stdout, cut, code } = await store.bytes(['cat-file', '--batch', '--buffer'], {
    input,
    signal,
    maxBytes: contentsBytes,
    limited: true,
  })
  if (code !== 0 || cut) throw new Error('git cat-file failed')
  const found: Uint8Array[] = []
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(10, at)
    const bytes = Number(/^[0-9a-f]+ blob (\d+)$/.exec(stdout.toString('latin1', at, end))?.[1])
    if (!Number.isSafeInteger(bytes)) throw new Error('git cat-file told of another thing than a file')
    found.push(stdout.subarray(end + 1, end + 1 + bytes))
    at = end + 1 + bytes + 1
  }
  return found
}
