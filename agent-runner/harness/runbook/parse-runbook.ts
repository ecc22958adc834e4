/**
 * A runbook is Markdown: what is said between the fenced shell blocks is told, each block is a step. The fences are
 * CommonMark's (section 4.5); inside a list item they may stand deeper.
 */
export interface RunbookStep {
  /** The box of a check list that it stands in, else the heading above it, else the start of the text before it, else its first line. */
  readonly title: string
  /** Markdown that stands before it, from the step before. */
  readonly prose: string
  /** The commands, exactly as they stand in the block. */
  readonly code: string
}

export interface Runbook {
  readonly steps: readonly RunbookStep[]
  /** Markdown behind the last step; all of it where there is no step. */
  readonly rest: string
}

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'shell'])
const titleLimit = 120
/** Longer lines are neither fence nor heading: these expressions take the square of a line's length. */
const markLimit = 1000

export function parseRunbook(markdown: string): Runbook {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  const steps: RunbookStep[] = []
  const taken = new Map<string, number>()
  let prose: string[] = []
  let heading = ''
  let inList = false
  let box: Box | undefined

  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const fence = openingFence(line, inList)
    if (fence === undefined) {
      heading = headingText(line) ?? heading
      box = boxOf(line) ?? (/^\S/.test(line) ? undefined : box)
      if (/^\S/.test(line)) inList = /^(?:[-*+]|\d{1,9}[.)])\s/.test(line)
      prose.push(line)
      continue
    }
    const block: string[] = []
    const start = at
    for (at += 1; at < lines.length && !closes(lines[at] ?? '', fence); at++)
      block.push(unindent(lines[at] ?? '', fence.indent))
    const within = box !== undefined && fence.indent > box.indent ? box : undefined
    // What is ticked is done.
    if (!shells.has(fence.language) || block.every((text) => text.trim() === '') || within?.ticked === true) {
      prose.push(...lines.slice(start, at + 1))
      continue
    }
    const text = prose.join('\n').trim()
    const title = within === undefined ? titleOf(heading, text, block) : short(plain(within.text))
    const before = taken.get(title) ?? 0
    taken.set(title, before + 1)
    steps.push({ title: before === 0 ? title : `${title} (${before + 1})`, prose: text, code: block.join('\n') })
    prose = []
  }
  return { steps, rest: prose.join('\n').trim() }
}

/** `- [ ] text`: https://github.github.com/gfm/#task-list-items-extension- */
interface Box {
  indent: number
  ticked: boolean
  text: string
}

function boxOf(line: string): Box | undefined {
  if (line.length > markLimit) return undefined
  const found = /^( *)(?:[-*+]|\d{1,9}[.)]) {1,4}\[([ xX])\] +(\S.*)$/.exec(line)
  const [, spaces = '', mark, text = ''] = found ?? []
  return found === null ? undefined : { indent: spaces.length, ticked: mark !== ' ', text }
}

interface Fence {
  indent: number
  mark: string
  length: number
  language: string
}

function openingFence(line: string, inList: boolean): Fence | undefined {
  if (line.length > markLimit) return undefined
  const found = /^( *)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/.exec(line)
  const [, spaces = '', marks = '', language = ''] = found ?? []
  if (found === null || spaces.length > (inList ? 12 : 3)) return undefined
  return {
    indent: spaces.length,
    mark: marks[0] ?? '`',
    length: marks.length,
    language: language.toLowerCase().replace(/[{}]/g, ''),
  }
}

function closes(line: string, fence: Fence): boolean {
  const text = line.trim()
  return text.length >= fence.length && [...text].every((letter) => letter === fence.mark)
}

function unindent(line: string, indent: number): string {
  let drop = 0
  while (drop < indent && line[drop] === ' ') drop += 1
  return line.slice(drop)
}

function headingText(line: string): string | undefined {
  const found = line.length > markLimit ? null : /^ {0,3}#{1,6}\s+(\S.*)$/.exec(line.trimEnd())
  const text = found?.[1]?.replace(/(?:^|\s+)#+$/, '') ?? ''
  return text === '' ? undefined : plain(text)
}

function titleOf(heading: string, prose: string, block: readonly string[]): string {
  if (heading !== '') return short(heading)
  const sentence = prose
    .split('\n')
    .findLast((line) => line.trim() !== '')
    ?.slice(0, markLimit)
  if (sentence !== undefined) return short(plain(sentence.replace(/^(?:[-*+>]|\d{1,9}[.)])\s+/, '').replace(/:$/, '')))
  return short((block.find((line) => line.trim() !== '') ?? 'Step').trim())
}

/** Markdown's marks taken off. */
function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
    .trim()
}

function short(text: string): string {
  return text.length > titleLimit ? `${text.slice(0, titleLimit - 1).trimEnd()}…` : text
}
