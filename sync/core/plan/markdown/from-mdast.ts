import { Fragment, Mark, type Node } from '@tiptap/pm/model'
import type { Definition, List, Nodes, PhrasingContent, Root, RootContent, Table } from 'mdast'
import { mentionOf } from './mention-address.ts'
import { depthLimit } from './normal-form.ts'
import { planSchema } from '../schema.ts'

type Definitions = ReadonlyMap<string, Definition>

/** A tree of Markdown as a document. What it holds may still differ from the normal form. */
export function fromMdast(root: Root): Node {
  const blocks = blocksOf(root.children, definitionsOf(root), 0)
  return planSchema().node('doc', null, blocks.length > 0 ? blocks : [paragraph([])])
}

function blocksOf(nodes: readonly RootContent[], definitions: Definitions, depth: number): Node[] {
  return nodes.flatMap((node) => blockOf(node, definitions, depth))
}

function blockOf(node: RootContent, definitions: Definitions, depth: number): Node[] {
  const schema = planSchema()
  if (depth > depthLimit) return flat(node, definitions)
  switch (node.type) {
    case 'paragraph':
      return [paragraph(inlineOf(node.children, definitions))]
    case 'heading':
      return [schema.node('heading', { level: node.depth }, inlineOf(node.children, definitions))]
    case 'blockquote':
      return [schema.node('blockquote', null, filled(blocksOf(node.children, definitions, depth + 1)))]
    case 'list':
      return listsOf(node, definitions, depth)
    case 'code':
      return [
        schema.node(
          'codeBlock',
          { language: node.lang ?? null, meta: node.meta ?? null },
          node.value === '' ? [] : [schema.text(node.value)],
        ),
      ]
    case 'thematicBreak':
      return [schema.node('horizontalRule')]
    case 'table':
      return [tableOf(node, definitions)]
    case 'html':
      return [paragraph(htmlLines(node.value))]
    default:
      return []
  }
}

/** A list with boxes on some of its items becomes one list for each stretch of the same kind. */
function listsOf(list: List, definitions: Definitions, depth: number): Node[] {
  const schema = planSchema()
  const result: Node[] = []
  let items: Node[] = []
  let start = list.start ?? 1
  for (const [index, item] of list.children.entries()) {
    const step = typeof item.checked === 'boolean'
    const blocks = blocksOf(item.children, definitions, depth + 2)
    const content = blocks[0]?.type.name === 'paragraph' ? blocks : [paragraph([]), ...blocks]
    items.push(schema.node(step ? 'taskItem' : 'listItem', step ? { checked: item.checked } : null, content))
    const next = list.children[index + 1]
    if (next !== undefined && (typeof next.checked === 'boolean') === step) continue
    if (step) result.push(schema.node('taskList', null, items))
    else if (list.ordered === true) result.push(schema.node('orderedList', { start }, items))
    else result.push(schema.node('bulletList', null, items))
    start += items.length
    items = []
  }
  return result
}

function tableOf(table: Table, definitions: Definitions): Node {
  const schema = planSchema()
  const width = Math.max(1, ...table.children.map((row) => row.children.length))
  const rows = table.children.map((row, index) => {
    const cells = Array.from({ length: width }, (_, column) =>
      schema.node(index === 0 ? 'tableHeader' : 'tableCell', { align: table.align?.[column] ?? null }, [
        paragraph(inlineOf(row.children[column]?.children ?? [], definitions)),
      ]),
    )
    return schema.node('tableRow', null, cells)
  })
  return schema.node('table', null, rows)
}

/** Without recursion: emphasis can be nested as deep as a text is long. */
function inlineOf(nodes: readonly PhrasingContent[], definitions: Definitions): Node[] {
  const schema = planSchema()
  const result: Node[] = []
  const open: { readonly node: PhrasingContent; readonly marks: readonly Mark[] }[] = []
  const push = (children: readonly PhrasingContent[], marks: readonly Mark[]): void => {
    for (const node of children.toReversed()) open.push({ node, marks })
  }
  push(nodes, [])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, marks } = next
    const plus = (name: string, attrs?: Record<string, unknown>): readonly Mark[] =>
      schema.mark(name, attrs).addToSet(marks)
    switch (node.type) {
      case 'text':
        if (node.value !== '') result.push(schema.text(node.value, marks))
        break
      case 'inlineCode':
        if (node.value !== '') result.push(schema.text(node.value, plus('code')))
        break
      case 'html':
        result.push(isBreak(node.value) ? schema.node('hardBreak') : schema.text(node.value, marks))
        break
      case 'break':
        result.push(schema.node('hardBreak'))
        break
      case 'strong':
        push(node.children, plus('bold'))
        break
      case 'emphasis':
        push(node.children, plus('italic'))
        break
      case 'delete':
        push(node.children, plus('strike'))
        break
      case 'link':
      case 'linkReference': {
        const { url, title } = node.type === 'link' ? node : targetOf(node.identifier, definitions)
        const mention = mentionOf(url)
        if (mention !== undefined) {
          result.push(schema.node('mention', { ...mention, label: plainText(node.children) }, [], marks))
          break
        }
        const linked = url === '' ? marks : plus('link', { href: url, title: title ?? null })
        if (node.children.length === 0 && url !== '') result.push(schema.text(url, linked))
        else push(node.children, linked)
        break
      }
      case 'image':
      case 'imageReference': {
        const { url, title } = node.type === 'image' ? node : targetOf(node.identifier, definitions)
        result.push(schema.node('image', { src: url, alt: node.alt ?? null, title: title ?? null }, [], marks))
        break
      }
      default:
        break
    }
  }
  return result
}

function targetOf(identifier: string, definitions: Definitions): { url: string; title?: string | null | undefined } {
  return definitions.get(identifier) ?? { url: '' }
}

function isBreak(html: string): boolean {
  return /^<br\s*\/?>$/i.test(html)
}

function htmlLines(html: string): Node[] {
  const schema = planSchema()
  return html.split('\n').flatMap((line, index) => {
    const text = line === '' || isBreak(line.trim()) ? [] : [schema.text(line)]
    return index === 0 ? text : [schema.node('hardBreak'), ...text]
  })
}

/** The texts of what lies too deep, one after the other, without recursion. */
function flat(node: RootContent, definitions: Definitions): Node[] {
  const result: Node[] = []
  const open: Nodes[] = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === 'blockquote' || next.type === 'list' || next.type === 'listItem')
      open.push(...next.children.toReversed())
    else if (next.type !== 'definition' && isBlock(next)) result.push(...blockOf(next, definitions, 0))
  }
  return result
}

function isBlock(
  node: Nodes,
): node is Extract<RootContent, { type: 'paragraph' | 'heading' | 'code' | 'html' | 'table' | 'thematicBreak' }> {
  return ['paragraph', 'heading', 'code', 'html', 'table', 'thematicBreak'].includes(node.type)
}

function definitionsOf(root: Root): Definitions {
  const found = new Map<string, Definition>()
  const open: Nodes[] = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === 'definition' && !found.has(next.identifier)) found.set(next.identifier, next)
    if (next.type === 'root' || next.type === 'blockquote' || next.type === 'list' || next.type === 'listItem')
      open.push(...next.children.toReversed())
  }
  return found
}

function plainText(nodes: readonly PhrasingContent[]): string {
  let text = ''
  const open = nodes.toReversed()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ('value' in next) text += next.value
    else if ('children' in next) open.push(...next.children.toReversed())
  }
  return text
}

function paragraph(content: Node[]): Node {
  return planSchema().node('paragraph', null, Fragment.fromArray(content))
}

function filled(blocks: Node[]): Node[] {
  return blocks.length > 0 ? blocks : [paragraph([])]
}
