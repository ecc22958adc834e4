import { Fragment, Mark, type Node } from '@tiptap/pm/model'
import { mentionAddress, mentionOf } from './mention-address.ts'
import { writableLine } from './plain-text.ts'
import { mentionKinds, planSchema } from '../schema.ts'

const emphases = ['bold', 'italic', 'strike'] as const
/** What Markdown takes for white space at the ends of a line. */
const blankStart = /^[ \t]+/
const blankEnd = /[ \t]+$/

/** The content of a block of text in normal form; see `normalPlan`. */
export function normalInline(block: Node): Fragment {
  return normalLine(block.children)
}

/** The same of inline nodes that stand in no block yet. */
export function normalLine(nodes: readonly Node[]): Fragment {
  const parts = trimmedLines(joined(nodes.flatMap(normalPart)))
  return Fragment.fromArray(joined(emphases.reduce(withoutBlankEdges, parts)))
}

function normalPart(node: Node): Node[] {
  const schema = planSchema()
  if (node.isText) return normalText(node.text ?? '', normalMarks(node.marks))
  switch (node.type.name) {
    case 'hardBreak':
      return [schema.node('hardBreak')]
    case 'image': {
      const { src, alt, title, href } = node.attrs
      const link: unknown = node.marks.find(({ type }) => type.name === 'link')?.attrs['href'] ?? href
      const attrs = { src: address(src), alt: writableLine(alt) || null, title: writableLine(title) || null }
      return [schema.node('image', { ...attrs, href: linkOf(link) })]
    }
    case 'mention': {
      const kind = mentionKinds.find((known) => known === node.attrs['kind']) ?? 'path'
      return [
        schema.node('mention', { kind, id: writableLine(node.attrs['id']), label: writableLine(node.attrs['label']) }),
      ]
    }
    default:
      return []
  }
}

/** An image within a mention's address would be lost in its label, so it has no link then. */
function linkOf(value: unknown): string | null {
  const href = address(value)
  return href === '' || mentionOf(href) !== undefined ? null : href
}

function normalText(text: string, marks: readonly Mark[]): Node[] {
  const clean = writableLine(text)
  if (clean === '') return []
  const schema = planSchema()
  const link = marks.find((mark) => mark.type.name === 'link')
  const mention = link === undefined ? undefined : mentionOf(String(link.attrs['href']))
  return [mention === undefined ? schema.text(clean, marks) : schema.node('mention', { ...mention, label: clean })]
}

function normalMarks(marks: readonly Mark[]): readonly Mark[] {
  const { marks: types } = planSchema()
  const kept = marks.flatMap((mark) => {
    if (mark.type.name !== 'link') return mark.type === types[mark.type.name] ? [mark] : []
    const href = address(mark.attrs['href'])
    return href === '' ? [] : [mark.type.create({ href, title: writableLine(mark.attrs['title']) || null })]
  })
  return Mark.setFrom(kept)
}

function address(value: unknown): string {
  const text = writableLine(value).trim()
  const mention = mentionOf(text)
  return mention === undefined ? text : mentionAddress(mention)
}

/** Neighbours with the same marks are one text. */
function joined(nodes: readonly Node[]): Node[] {
  return [...Fragment.fromArray([...nodes]).content]
}

/** Without white space at the ends of lines, and without line ends behind everything. */
function trimmedLines(nodes: readonly Node[]): Node[] {
  const lines: Node[][] = [[]]
  const breaks: Node[] = []
  for (const node of nodes) {
    if (node.type.name === 'hardBreak') {
      breaks.push(node)
      lines.push([])
    } else lines.at(-1)?.push(node)
  }
  const trimmed = lines.map(trimmedLine)
  while (trimmed.length > 1 && trimmed.at(-1)?.length === 0) trimmed.pop()
  return trimmed.flatMap((content, index) => {
    const before = breaks[index - 1]
    return before === undefined ? content : [before, ...content]
  })
}

function trimmedLine(line: readonly Node[]): Node[] {
  const rest = [...line]
  for (let first = rest[0]; first !== undefined && isPlain(first); first = rest[0]) {
    const text = first.text?.replace(blankStart, '') ?? ''
    if (text === first.text) break
    if (text === '') rest.shift()
    else rest[0] = retyped(first, text)
  }
  for (let last = rest.at(-1); last !== undefined && isPlain(last); last = rest.at(-1)) {
    const text = last.text?.replace(blankEnd, '') ?? ''
    if (text === last.text) break
    if (text === '') rest.pop()
    else rest[rest.length - 1] = retyped(last, text)
  }
  return rest
}

/** Text whose white space means nothing at an edge. */
function isPlain(node: Node): boolean {
  return node.isText && !node.marks.some(({ type }) => type.name === 'code' || type.name === 'link')
}

function retyped(node: Node, text: string): Node {
  return planSchema().text(text, node.marks)
}

/** White space at the edge of a stretch of `mark` is taken out of it. */
function withoutBlankEdges(nodes: readonly Node[], mark: (typeof emphases)[number]): Node[] {
  const marked = (node: Node | undefined): boolean => node?.marks.some(({ type }) => type.name === mark) ?? false
  const result: Node[] = []
  for (let index = 0; index < nodes.length;) {
    const start = index
    while (marked(nodes[index])) index++
    if (index > start) result.push(...narrowed(nodes.slice(start, index), mark))
    const node = nodes[index]
    if (node !== undefined) result.push(node)
    index++
  }
  return result
}

function narrowed(stretch: readonly Node[], mark: string): Node[] {
  const before: Node[] = []
  const after: Node[] = []
  const rest = [...stretch]
  for (let first = rest[0]; first !== undefined && isText(first); first = rest[0]) {
    const blank = blankStart.exec(first.text ?? '')?.[0] ?? ''
    if (blank === '') break
    before.push(without(retyped(first, blank), mark))
    rest.shift()
    if (blank === first.text) continue
    rest.unshift(retyped(first, first.text?.slice(blank.length) ?? ''))
  }
  for (let last = rest.at(-1); last !== undefined && isText(last); last = rest.at(-1)) {
    const blank = blankEnd.exec(last.text ?? '')?.[0] ?? ''
    if (blank === '') break
    after.unshift(without(retyped(last, blank), mark))
    rest.pop()
    if (blank === last.text) continue
    rest.push(retyped(last, last.text?.slice(0, -blank.length) ?? ''))
  }
  return [...before, ...rest, ...after]
}

function isText(node: Node): boolean {
  return node.isText && !node.marks.some(({ type }) => type.name === 'code')
}

function without(node: Node, mark: string): Node {
  return node.mark(node.marks.filter(({ type }) => type.name !== mark))
}
