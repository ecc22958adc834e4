import { Fragment, type Node } from '@tiptap/pm/model'
import { normalInline, normalLine } from './normal-inline.ts'
import { planSchema } from '../schema.ts'

/** Columns of a table that are kept. */
const columnLimit = 100
const alignments = ['left', 'center', 'right'] as const

/** A table as Markdown knows it: a head, cells of one line, all rows as long as the longest, one alignment a column. */
export function normalTable(table: Node): Node[] {
  const schema = planSchema()
  const grid = gridOf(table)
  if (grid.length === 0) return []
  const width = Math.max(1, ...grid.map((row) => row.length))
  const aligns = Array.from({ length: width }, (_, column) => alignOf(grid[0]?.[column]))
  const rows = grid.map((row, index) =>
    schema.node(
      'tableRow',
      null,
      aligns.map((align, column) =>
        schema.node(
          index === 0 ? 'tableHeader' : 'tableCell',
          { align },
          schema.node('paragraph', null, lineOf(row[column])),
        ),
      ),
    ),
  )
  return [schema.node('table', null, rows)]
}

/** The cells by row and column, each where it begins; a cell that covers more leaves the others empty. */
function gridOf(table: Node): (Node | undefined)[][] {
  const grid: (Node | undefined)[][] = table.children.map(() => [])
  const taken = grid.map(() => new Set<number>())
  for (const [index, row] of table.children.entries()) {
    let column = 0
    for (const cell of row.children) {
      while (taken[index]?.has(column)) column++
      if (column >= columnLimit) break
      const right = Math.min(columnLimit, column + span(cell.attrs['colspan']))
      const below = Math.min(grid.length, index + span(cell.attrs['rowspan']))
      for (let y = index; y < below; y++)
        for (let x = column; x < right; x++) {
          taken[y]?.add(x)
          const line = grid[y]
          if (line === undefined) continue
          while (line.length <= x) line.push(undefined)
          if (x === column && y === index) line[x] = cell
        }
      column = right
    }
  }
  return grid
}

function span(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 1
}

function alignOf(cell: Node | undefined): (typeof alignments)[number] | null {
  return alignments.find((known) => known === cell?.attrs['align']) ?? null
}

/** Everything in a cell on its one line; what were blocks are parted by line breaks. */
function lineOf(cell: Node | undefined): Fragment {
  const lines: Node[][] = []
  cell?.descendants((child) => {
    if (!child.isTextblock) return true
    const content = child.type.name === 'codeBlock' ? codeLines(child) : [...normalInline(child).content]
    if (content.length > 0) lines.push(content)
    return false
  })
  const schema = planSchema()
  const line = lines.flatMap((line, index) => (index === 0 ? line : [schema.node('hardBreak'), ...line]))
  return normalLine(line.map(withoutUnwritableCode))
}

/** In a table each pipe is written with a backslash before it, and code has no way to say one of its own there. */
function withoutUnwritableCode(node: Node): Node {
  return node.text?.includes('\\|') ? node.mark(node.marks.filter(({ type }) => type.name !== 'code')) : node
}

function codeLines(block: Node): Node[] {
  const schema = planSchema()
  const lines = block.textContent.split(/\r\n?|\n/).filter((line) => line.trim() !== '')
  return lines.flatMap((line, index) => {
    const text = schema.text(line, [schema.mark('code')])
    return index === 0 ? [text] : [schema.node('hardBreak'), text]
  })
}
