import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'

/** A node as y-tiptap would write it, to be inserted. */
export function createElement(node: Node): Y.XmlElement {
  const element = new Y.XmlElement<Record<string, string>>(node.type.name)
  for (const [name, value] of Object.entries(node.attrs))
    // Yjs keeps values of any kind, whatever its types say.
    if (value !== null && value !== undefined) element.setAttribute(name, value as string)
  element.insert(0, childrenOf(node))
  return element
}

function childrenOf(node: Node): (Y.XmlElement | Y.XmlText)[] {
  const children: (Y.XmlElement | Y.XmlText)[] = []
  let delta: { insert: string; attributes: Record<string, unknown> }[] = []
  const close = (): void => {
    if (delta.length === 0) return
    const text = new Y.XmlText()
    text.applyDelta(delta)
    children.push(text)
    delta = []
  }
  for (const child of node.children) {
    if (child.isText) {
      const attributes = Object.fromEntries(child.marks.map((mark) => [mark.type.name, mark.attrs]))
      delta.push({ insert: child.text ?? '', attributes })
      continue
    }
    close()
    children.push(createElement(child))
  }
  close()
  return children
}
