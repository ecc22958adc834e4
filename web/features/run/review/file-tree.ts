import type { FileChange } from '#shared/domain/transcript.ts'

export type TreeRow =
  | {
      readonly kind: 'folder'
      readonly key: string
      /** All folders of a chain without files of their own, as one. */
      readonly name: string
      readonly path: string
      readonly depth: number
      readonly files: number
      readonly isOpen: boolean
    }
  | {
      readonly kind: 'file'
      readonly key: string
      readonly name: string
      readonly depth: number
      readonly file: FileChange
    }

type Folder = { readonly folders: Map<string, Folder>; readonly files: FileChange[] }

/** Changed files by their folders, in the order of their names; `closed` are folded. With words to find, nothing is folded. */
export function treeRows(
  files: readonly FileChange[],
  { closed, find }: { readonly closed: ReadonlySet<string>; readonly find: string },
): readonly TreeRow[] {
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const wanted = files.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)))
  const root: Folder = { folders: new Map(), files: [] }
  for (const file of wanted) {
    let at = root
    for (const name of file.path.split('/').slice(0, -1)) {
      const next: Folder = at.folders.get(name) ?? { folders: new Map(), files: [] }
      at.folders.set(name, next)
      at = next
    }
    at.files.push(file)
  }
  const rows: TreeRow[] = []
  addRows(rows, root, { path: '', depth: 0, closed: words.length > 0 ? new Set() : closed })
  return rows
}

/** The files in the order in which the tree has them. */
export function filesInOrder(files: readonly FileChange[]): readonly FileChange[] {
  return treeRows(files, { closed: new Set(), find: '' }).flatMap((row) => (row.kind === 'file' ? [row.file] : []))
}

function addRows(
  rows: TreeRow[],
  folder: Folder,
  at: { readonly path: string; readonly depth: number; readonly closed: ReadonlySet<string> },
): void {
  for (const [first, inside] of [...folder.folders].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    let name = first
    let next = inside
    for (;;) {
      const [only, ...others] = next.folders
      if (only === undefined || others.length > 0 || next.files.length > 0) break
      name = `${name}/${only[0]}`
      next = only[1]
    }
    const path = `${at.path}${name}/`
    const isOpen = !at.closed.has(path)
    rows.push({ kind: 'folder', key: path, name, path, depth: at.depth, files: countOf(next), isOpen })
    if (isOpen) addRows(rows, next, { path, depth: at.depth + 1, closed: at.closed })
  }
  for (const file of folder.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    rows.push({
      kind: 'file',
      key: `file ${file.path}`,
      name: file.path.slice(file.path.replace(/\/$/, '').lastIndexOf('/') + 1),
      depth: at.depth,
      file,
    })
}

function countOf({ files, folders }: Folder): number {
  return [...folders.values()].reduce((sum, folder) => sum + countOf(folder), files.length)
}
