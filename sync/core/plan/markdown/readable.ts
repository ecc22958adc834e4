import type { Node } from '@tiptap/pm/model'
import { planSchema } from '../schema.ts'
import { writable } from './plain-text.ts'
import type { Scan } from './scan.ts'

/**
 * What reading may cost, in steps of the tokenizer, of which it does some 50 million a second. Its time grows with the square of the marks and of the brackets of one paragraph, of the
 * items of one piece, and of underlined headings in a row; it looks for the end of a piece of inline code through the whole paragraph. A plan has some twenty of each.
 */
const costLimit = 60_000_000
const weights = { marks: 1, brackets: 0.5, items: 0.6, underlines: 20, ticks: 0.3 }
/** Signs of containers at the start of a line, and columns before one. */
const containerLimit = 100
const indentLimit = 200

/** Whether a text can be read as Markdown in a time that grows with its length. */
export function isReadable({ lines, isCertain }: Scan): boolean {
  let cost = 0
  let items = 0
  let underlines = 0
  let segment = { marks: 0, ticks: 0, brackets: 0, length: 0 }
  const close = (): void => {
    cost += segment.marks ** 2 * weights.marks + segment.brackets ** 2 * weights.brackets
    cost += segment.ticks * segment.length * weights.ticks
    segment = { marks: 0, ticks: 0, brackets: 0, length: 0 }
  }
  let before = ''
  for (const { text, prefix, isCode } of lines) {
    if (isCode && isCertain) {
      close()
      before = ''
      continue
    }
    const signs = prefix.match(/[>\-+*.)]/g)?.length ?? 0
    if (signs > containerLimit || prefix.replaceAll(/[^ \t]/g, '').length > indentLimit) return false
    items += signs
    if (before !== '' && /^(?:=+|-+)[ \t]*$/.test(text.slice(prefix.length) || text.trim())) underlines++
    const isRow = text.includes('|')
    // A blank line, an item and a row of a table end what could be paired.
    if (text.trim() === '' || prefix.trim() !== '' || isRow) close()
    segment.marks += text.match(/[*_~]/g)?.length ?? 0
    segment.ticks += text.match(/`+/g)?.length ?? 0
    segment.brackets += text.match(/[[\]]/g)?.length ?? 0
    segment.length += text.length + 1
    if (isRow) close()
    before = text.trim()
  }
  close()
  return cost + items ** 2 * weights.items + underlines ** 2 * weights.underlines <= costLimit
}

/** A text that can't be read, as it is. */
export function keptWhole(markdown: string): Node {
  const schema = planSchema()
  const text = writable(markdown).replace(/\n$/, '')
  return schema.node('doc', null, [
    schema.node('codeBlock', { language: 'markdown' }, text === '' ? [] : [schema.text(text)]),
  ])
}

/** What `keptWhole` was written as, so that it is not kept within itself. */
export function readWhole(markdown: string): Node | undefined {
  const [, fence, text] = /^(`{3,})markdown\n(.*)\n\1\n$/s.exec(markdown) ?? []
  if (fence === undefined || text === undefined || text.includes(fence)) return undefined
  return keptWhole(`${text}\n`)
}
