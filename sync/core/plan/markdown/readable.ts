import type { Node } from '@tiptap/pm/model'
import { writable } from './plain-text.ts'
import { planSchema } from '../schema.ts'

/**
 * What reading may cost. The tokenizer pairs the marks of a paragraph in a time that grows with the square of their number, and looks for the end of each
 * piece of code through all of it: 5,000 marks in one paragraph take half a second. A plan has some twenty in a paragraph.
 */
const markCost = 50_000_000
const codeCost = 200_000_000
/** Signs of containers at the start of a line, and columns before one. */
const containerLimit = 100
const indentLimit = 200

/** Whether a text can be read as Markdown in a time that grows with its length. */
export function isReadable(markdown: string): boolean {
  let marksSquared = 0
  let codeScanned = 0
  let segment = { marks: 0, ticks: 0, length: 0 }
  const close = (): void => {
    marksSquared += segment.marks ** 2
    codeScanned += segment.ticks * segment.length
    segment = { marks: 0, ticks: 0, length: 0 }
  }
  for (const line of markdown.split(/\r\n?|\n/)) {
    const [prefix = '', indent = ''] = /^(?:([ \t]*)(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))?)*/.exec(line) ?? []
    if (
      (prefix.match(/[>\-+*.)]/g)?.length ?? 0) > containerLimit ||
      prefix.length - prefix.trimStart().length > indentLimit ||
      indent.length > indentLimit
    )
      return false
    // A blank line, an item and a row of a table end what could be paired.
    if (line.trim() === '' || prefix.trim() !== '' || line.includes('|')) close()
    segment.marks += line.match(/[*_~]/g)?.length ?? 0
    segment.ticks += line.match(/`+/g)?.length ?? 0
    segment.length += line.length + 1
    if (line.includes('|')) close()
  }
  close()
  return marksSquared <= markCost && codeScanned <= codeCost
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
