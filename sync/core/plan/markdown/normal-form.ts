import { Fragment, type Node } from '@tiptap/pm/model'
import { assert } from '#shared/assert.ts'
import { normalInline } from './normal-inline.ts'
import { normalTable } from './normal-table.ts'
import { writable } from './plain-text.ts'
import { planSchema } from '../schema.ts'

/** Lists, items and quotes within each other, counted together. What lies deeper is lifted to this depth. */
export const depthLimit = 60
/** What a list can count from: a number in Markdown has nine digits at most, and the items after it count on. */
const startLimit = 900_000_000

/**
 * The document as Markdown can say it. Two documents with the same normal form have the same Markdown; a document in normal form comes back from its Markdown as it was.
 * What Markdown can't say, and so is not in the normal form:
 *
 * - empty paragraphs, where something else is there instead of them;
 * - white space at both ends of a line, outside of code and links; white space at the edges of bold, italic and struck-out text is there, but not marked;
 * - line ends within text (spaces), hard breaks at the end of a block;
 * - marks of breaks, images and mentions, which Yjs does not keep either (an image's link is an attribute of its own);
 * - half surrogates, controls, and what Unicode keeps for no one (U+FFFD);
 * - in tables: more than a line of paragraphs in a cell (blocks become lines), joined cells (empty ones beside them), a first row without a head or one elsewhere,
 *   an alignment that differs from its column's head, rows of different lengths, code with a backslash before a pipe (it is text);
 * - names of headings and steps, sizes of images, what a link or a list is besides its target, title and start;
 * - a mention of an unknown kind (`path`), a link that names what a mention can (it is one);
 * - containers deeper than `depthLimit`.
 */
export function normalPlan(doc: Node): Node {
  const { doc: type } = planSchema().nodes
  assert(type !== undefined, 'a plan has a top')
  return type.create(null, filled(normalBlocks(doc.children, 0)))
}

/** One block in normal form; nothing where Markdown has nothing to say. Two or more: what was too deep. */
export function normalBlock(node: Node, depth = 0): Node[] {
  switch (node.type.name) {
    case 'paragraph': {
      const content = normalInline(node)
      return content.size === 0 ? [] : [node.type.create(null, content)]
    }
    case 'heading':
      return [node.type.create({ level: levelOf(node) }, normalInline(node))]
    case 'blockquote':
      return depth >= depthLimit
        ? lifted(node)
        : [node.type.create(null, filled(normalBlocks(node.children, depth + 1)))]
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
      return depth >= depthLimit - 1 ? lifted(node) : normalList(node, depth)
    case 'codeBlock':
      return [normalCode(node)]
    case 'table':
      return normalTable(node)
    case 'horizontalRule':
      return [node.type.create()]
    default:
      return []
  }
}

function normalBlocks(nodes: readonly Node[], depth: number): Node[] {
  return nodes.flatMap((node) => normalBlock(node, depth))
}

function normalList(list: Node, depth: number): Node[] {
  const items = list.children.map((item) => {
    const blocks = normalBlocks(item.children, depth + 2)
    const content = blocks[0]?.type.name === 'paragraph' ? blocks : [emptyParagraph(), ...blocks]
    return item.type.create(item.type.name === 'taskItem' ? { checked: item.attrs['checked'] === true } : null, content)
  })
  if (items.length === 0) return []
  return [list.type.create(list.type.name === 'orderedList' ? { start: startOf(list) } : null, items)]
}

function startOf(list: Node): number {
  const start: unknown = list.attrs['start']
  return typeof start === 'number' && Number.isInteger(start) && start >= 0 && start <= startLimit ? start : 1
}

function levelOf(heading: Node): number {
  const level: unknown = heading.attrs['level']
  return typeof level === 'number' && Number.isInteger(level) ? Math.min(6, Math.max(1, level)) : 1
}

function normalCode(node: Node): Node {
  const text = writable(node.textContent)
  const language = oneLine(node.attrs['language'])
  const meta = language === null ? null : oneLine(node.attrs['meta'])
  return node.type.create({ language, meta }, text === '' ? Fragment.empty : planSchema().text(text))
}

/** The text of an attribute on one line; `null` for nothing. */
function oneLine(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const line = writable(value).replaceAll(/\s+/g, ' ').trim()
  return line === '' ? null : line
}

/** What is deeper than a plan may be keeps its texts, one after the other. */
function lifted(node: Node): Node[] {
  const found: Node[] = []
  node.descendants((child) => {
    if (!child.isTextblock) return true
    found.push(...normalBlock(child))
    return false
  })
  return found
}

function filled(blocks: Node[]): Node[] {
  return blocks.length > 0 ? blocks : [emptyParagraph()]
}

function emptyParagraph(): Node {
  return planSchema().node('paragraph')
}
