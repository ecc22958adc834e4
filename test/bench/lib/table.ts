import type { Measured, Row } from './figure.ts'

const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1)

const cell = (one: Measured | undefined): readonly string[] =>
  one === undefined ? ['', '', ''] : [digits(one.median), one.n === 1 ? '' : digits(one.p99), String(one.n)]

/** The rows as a Markdown table, aligned so that it reads in a terminal too. */
export function toTable(rows: readonly Row[]): string {
  const head = ['figure', 'unit', 'p50', 'p99', 'n', 'measured beside it', 'p50', 'p99', 'n', 'ratio', 'target', '']
  const lines = rows.map((row) => [
    row.what,
    row.unit,
    ...cell(row.ours),
    row.beside?.what ?? '',
    ...cell(row.beside?.measured),
    row.beside === undefined ? '' : digits(row.ours.median / row.beside.measured.median),
    row.target?.text ?? '',
    row.target === undefined ? '' : row.target.met ? 'met' : 'NOT MET',
  ])
  const widths = head.map((title, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0), title.length),
  )
  const format = (line: readonly string[]): string =>
    `| ${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [format(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(format)].join('\n')
}
