import { Fragment, type Mark, type Node, type NodeType } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { planSchema } from './schema.ts'

/** Elements within each other; what lies deeper is not read. Twice of what Markdown keeps, since a list counts for two and tables have rows. */
const readDepth = 150

/** The blocks of a fragment that fit a plan. What stands where it does not fit is wrapped or unwrapped; what the schema does not know is left out. */
export function readChildren(parent: Y.XmlFragment): Node[] {
  return asBlocks(parent.toArray().flatMap((child) => readNodes(child, 0)))
}

/** One child of a fragment: none, one, or what an unknown one holds. Of a list or a table it is an item, a row or a cell. */
export function readPart(child: unknown): Node[] {
  return readNodes(child, 0)
}

function readNodes(child: unknown, depth: number): Node[] {
  if (child instanceof Y.XmlText) return readTexts(child)
  if (!(child instanceof Y.XmlElement) || depth > readDepth) return []
  const content = child.toArray().flatMap((inner) => readNodes(inner, depth + 1))
  const type = typeof child.nodeName === 'string' ? planSchema().nodes[child.nodeName] : undefined
  // An element that nobody knows is its content.
  if (type === undefined || type.isText || type.name === 'doc') return content
  return fitted(type, attributesOf(child, type), content)
}

/** The node, if there is a way to make its content fit; else its content alone. */
function fitted(type: NodeType, attrs: Record<string, unknown>, content: Node[]): Node[] {
  if (type.isLeaf) return [type.create(attrs)]
  if (type.inlineContent) {
    const inline = type.name === 'codeBlock' ? codeOf(content) : asInline(content)
    const blocks = content.filter((node) => node.isBlock)
    // A block within a paragraph stands behind it.
    return [type.create(attrs, Fragment.fromArray(inline)), ...blocks]
  }
  switch (type.name) {
    case 'bulletList':
    case 'orderedList':
    case 'taskList': {
      const item = type.name === 'taskList' ? 'taskItem' : 'listItem'
      const items = wrapped(content, (node) => node.type.name === 'listItem' || node.type.name === 'taskItem', asItem)
      return items.length === 0
        ? []
        : [
            type.create(
              attrs,
              items.map((node) => (node.type.name === item ? node : retyped(node, item))),
            ),
          ]
    }
    case 'listItem':
    case 'taskItem':
      return [itemOf(type, attrs, content)]
    case 'table': {
      const rows = wrapped(
        content,
        (node) => node.type.name === 'tableRow',
        (nodes) => planSchema().node('tableRow', null, cells(nodes)),
      )
      return rows.length === 0 ? [] : [type.create(attrs, rows)]
    }
    case 'tableRow':
      return [type.create(attrs, cells(content))]
    default: {
      return [type.create(attrs, someBlocks(content))]
    }
  }
}

function itemOf(type: NodeType, attrs: Record<string, unknown>, content: readonly Node[]): Node {
  const blocks = asBlocks(content)
  return type.create(attrs, blocks[0]?.type.name === 'paragraph' ? blocks : [planSchema().node('paragraph'), ...blocks])
}

function asItem(nodes: readonly Node[]): Node {
  const type = planSchema().nodes['listItem']
  if (type === undefined) throw new Error('the schema has items')
  return itemOf(type, {}, nodes)
}

function retyped(item: Node, name: string): Node {
  return planSchema().node(name, null, item.content)
}

function cells(content: readonly Node[]): Node[] {
  return wrapped(
    content,
    (node) => node.type.name === 'tableCell' || node.type.name === 'tableHeader',
    (nodes) => planSchema().node('tableCell', null, someBlocks(nodes)),
  )
}

/** Stretches of nodes that are not `fit` become one that is. */
function wrapped(nodes: readonly Node[], fit: (node: Node) => boolean, wrap: (nodes: readonly Node[]) => Node): Node[] {
  const result: Node[] = []
  let loose: Node[] = []
  const close = (): void => {
    if (loose.length > 0) result.push(wrap(loose))
    loose = []
  }
  for (const node of nodes) {
    if (!fit(node)) {
      loose.push(node)
      continue
    }
    close()
    result.push(node)
  }
  close()
  return result
}

/** Blocks as they are, inline nodes in paragraphs, and of parts of lists and tables what they hold. */
function asBlocks(nodes: readonly Node[]): Node[] {
  const schema = planSchema()
  const isBlock = (node: Node): boolean => node.type.isInGroup('block')
  return wrapped(
    nodes.flatMap((node) => (node.isInline || isBlock(node) ? [node] : asBlocks(node.children))),
    isBlock,
    (inline) => schema.node('paragraph', null, Fragment.fromArray([...inline])),
  )
}

function someBlocks(nodes: readonly Node[]): Node[] {
  const blocks = asBlocks(nodes)
  return blocks.length > 0 ? blocks : [planSchema().node('paragraph')]
}

function asInline(nodes: readonly Node[]): Node[] {
  return nodes.filter((node) => node.isInline)
}

function codeOf(nodes: readonly Node[]): Node[] {
  const text = asInline(nodes)
    .map((node) => (node.type.name === 'hardBreak' ? '\n' : (node.text ?? '')))
    .join('')
  return text === '' ? [] : [planSchema().text(text)]
}

function readTexts(text: Y.XmlText): Node[] {
  const result: Node[] = []
  for (const piece of deltaOf(text)) {
    if (typeof piece !== 'object' || piece === null || !('insert' in piece)) continue
    if (typeof piece.insert !== 'string' || piece.insert === '') continue
    result.push(planSchema().text(piece.insert, marksOf('attributes' in piece ? piece.attributes : undefined)))
  }
  return result
}

function deltaOf(text: Y.XmlText): readonly unknown[] {
  const delta: unknown = text.toDelta()
  return Array.isArray(delta) ? delta : []
}

function marksOf(attributes: unknown): readonly Mark[] {
  if (typeof attributes !== 'object' || attributes === null) return []
  const { marks } = planSchema()
  let set: readonly Mark[] = []
  for (const [name, value] of Object.entries(attributes)) {
    const type = Object.hasOwn(marks, name) ? marks[name] : undefined
    if (type === undefined || value === null || value === false) continue
    set = type.create(typeof value === 'object' ? value : null).addToSet(set)
  }
  return set
}

/** Those that the type knows, of the kind that its default is of; others are as if they had not been set. */
function attributesOf(element: Y.XmlElement, type: NodeType): Record<string, unknown> {
  const given: Record<string, unknown> = element.getAttributes()
  const attrs: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(type.spec.attrs ?? {})) {
    const value = given[name]
    const fallback: unknown = spec.default
    if (value === undefined || value === null) continue
    if (fallback !== null && fallback !== undefined && typeof fallback !== typeof value) continue
    if (fallback === null && typeof value === 'object' && !Array.isArray(value)) continue
    attrs[name] = value
  }
  return attrs
}
