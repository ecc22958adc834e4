import type { Mark, Node } from '@tiptap/pm/model'
import type { AlignType, BlockContent, Image, List, ListItem, Literal, PhrasingContent, Root, Table } from 'mdast'
import { mentionAddress } from './mention-address.ts'
import { mentionKinds } from '../schema.ts'

/** Markdown that is written as it stands here. */
export type AsIs = Literal & { readonly type: 'asIs' }

declare module 'mdast' {
  interface PhrasingContentMap {
    asIs: AsIs
  }
  interface RootContentMap {
    asIs: AsIs
  }
}

/** From the inside outwards; text within code can hold no other mark. */
const outwards = ['code', 'strike', 'italic', 'bold', 'link']

/** A document in normal form as a tree of Markdown. */
export function toMdast(doc: Node): Root {
  return { type: 'root', children: blocks(doc) }
}

function blocks(parent: Node): BlockContent[] {
  return parent.children.flatMap((node) => block(node))
}

function block(node: Node): BlockContent[] {
  switch (node.type.name) {
    case 'paragraph':
      return node.childCount === 0 ? [] : [{ type: 'paragraph', children: phrasing(node.children, false) }]
    case 'heading':
      return [{ type: 'heading', depth: depthOf(node), children: phrasing(node.children, true) }]
    case 'blockquote':
      return [{ type: 'blockquote', children: blocks(node) }]
    case 'codeBlock':
      return [
        {
          type: 'code',
          lang: textOf(node.attrs['language']),
          meta: textOf(node.attrs['meta']),
          value: node.textContent,
        },
      ]
    case 'horizontalRule':
      return [{ type: 'thematicBreak' }]
    case 'table':
      return [table(node)]
    default:
      return [list(node)]
  }
}

function list(node: Node): List {
  const ordered = node.type.name === 'orderedList'
  const start: unknown = node.attrs['start']
  const children = node.children.map(item)
  return {
    type: 'list',
    ordered,
    start: ordered && typeof start === 'number' ? start : null,
    spread: children.some((child) => child.spread === true),
    children,
  }
}

function item(node: Node): ListItem {
  const step = node.type.name === 'taskItem'
  const content = blocks(node)
  // A box needs a paragraph behind it.
  const children: BlockContent[] =
    step && node.firstChild?.childCount === 0 ? [{ type: 'paragraph', children: [] }, ...content] : content
  return {
    type: 'listItem',
    checked: step ? node.attrs['checked'] === true : null,
    spread: children.slice(1).some(({ type }) => type !== 'list'),
    children,
  }
}

function table(node: Node): Table {
  return {
    type: 'table',
    align: node.firstChild?.children.map((cell) => alignOf(cell.attrs['align'])) ?? [],
    children: node.children.map((row) => ({
      type: 'tableRow',
      children: row.children.map((cell) => ({
        type: 'tableCell',
        children: phrasing(cell.firstChild?.children ?? [], true),
      })),
    })),
  }
}

function alignOf(value: unknown): AlignType {
  return value === 'left' || value === 'center' || value === 'right' ? value : null
}

function depthOf(heading: Node): 1 | 2 | 3 | 4 | 5 | 6 {
  const level: unknown = heading.attrs['level']
  return level === 2 || level === 3 || level === 4 || level === 5 || level === 6 ? level : 1
}

/** Stretches with a mark become its node, the longest outermost. `oneLine`: a line end would end the block, so it is written as HTML. */
function phrasing(nodes: readonly Node[], oneLine: boolean, done: readonly string[] = []): PhrasingContent[] {
  const result: PhrasingContent[] = []
  for (let index = 0; index < nodes.length;) {
    const node = nodes[index]
    if (node === undefined) break
    const [mark, end] = longest(nodes, index, done)
    if (mark === undefined) {
      result.push(...(node.isText ? texts(node.text ?? '') : [leaf(node, oneLine)]))
      index++
      continue
    }
    result.push(wrapped(mark, nodes.slice(index, end), oneLine, [...done, mark.type.name]))
    index = end
  }
  return result
}

function wrapped(mark: Mark, nodes: readonly Node[], oneLine: boolean, done: readonly string[]): PhrasingContent {
  switch (mark.type.name) {
    case 'code':
      return { type: 'inlineCode', value: nodes.map(({ text }) => text ?? '').join('') }
    case 'bold':
      return { type: 'strong', children: phrasing(nodes, oneLine, done) }
    case 'italic':
      return { type: 'emphasis', children: phrasing(nodes, oneLine, done) }
    case 'strike':
      return { type: 'delete', children: phrasing(nodes, oneLine, done) }
    default:
      return {
        type: 'link',
        url: textOf(mark.attrs['href']) ?? '',
        title: textOf(mark.attrs['title']),
        children: phrasing(nodes, oneLine, done),
      }
  }
}

/** The mark of `nodes[from]` that reaches furthest, and where it ends; of equals the outer one. */
function longest(nodes: readonly Node[], from: number, done: readonly string[]): [Mark | undefined, number] {
  let best: Mark | undefined
  let bestEnd = from
  const marks = (nodes[from]?.marks ?? []).filter(({ type }) => !done.includes(type.name))
  for (const mark of marks.toSorted((a, b) => outwards.indexOf(a.type.name) - outwards.indexOf(b.type.name))) {
    // Code is innermost, so its stretch ends with this node, and any other mark goes around it.
    const code = mark.type.name === 'code'
    let end = from + 1
    while (!code && nodes[end]?.marks.some((other) => other.eq(mark))) end++
    if (end < bestEnd) continue
    best = mark
    bestEnd = end
  }
  return [best, bestEnd]
}

function leaf(node: Node, oneLine: boolean): PhrasingContent {
  switch (node.type.name) {
    case 'hardBreak':
      return oneLine ? { type: 'asIs', value: '<br>' } : { type: 'break' }
    case 'image': {
      const image: Image = {
        type: 'image',
        url: textOf(node.attrs['src']) ?? '',
        alt: textOf(node.attrs['alt']),
        title: textOf(node.attrs['title']),
      }
      const href = textOf(node.attrs['href'])
      return href === null ? image : { type: 'link', url: href, children: [image] }
    }
    case 'mention': {
      const kind = mentionKinds.find((known) => known === node.attrs['kind']) ?? 'path'
      const label = textOf(node.attrs['label']) ?? ''
      return {
        type: 'link',
        url: mentionAddress({ kind, id: textOf(node.attrs['id']) ?? '' }),
        children: label === '' ? [] : [{ type: 'text', value: label }],
      }
    }
    default:
      return { type: 'text', value: '' }
  }
}

/**
 * The writer leaves a `_` within a word as it is. It does not see that what stands before or behind may itself become a reference (`&#x61;`), when that is a character of
 * two units or the only one beside a mark: there it is written here.
 */
function texts(text: string): PhrasingContent[] {
  return text
    .split(/(?<=[\uD800-\uDFFF]|^.)(_+)|(_+)(?=[\uD800-\uDFFF]|.$)/s)
    .filter((part) => part !== undefined && part !== '')
    .map((part) =>
      /^_+$/.test(part) ? { type: 'asIs', value: part.replaceAll('_', '\\_') } : { type: 'text', value: part },
    )
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
