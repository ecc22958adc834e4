import { Fragment, type Node } from '@tiptap/pm/model'
import type { BlobHash } from '#shared/ids.ts'
import { imageOf } from './image-address.ts'

/** `node` with other addresses for pictures of the team; where `nameOf` has none, it stays. */
export function renameImages(node: Node, nameOf: (hash: BlobHash) => string | undefined): Node {
  if (node.type.name === 'image') {
    const src: unknown = node.attrs['src']
    const own = typeof src === 'string' ? imageOf(src) : undefined
    const name = own === undefined ? undefined : nameOf(own.hash)
    return name === undefined ? node : node.type.create({ ...node.attrs, src: name }, node.content, node.marks)
  }
  if (node.isText || node.childCount === 0) return node
  return node.copy(Fragment.fromArray(node.children.map((child) => renameImages(child, nameOf))))
}
