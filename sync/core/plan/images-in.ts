import * as Y from 'yjs'
import type { BlobHash } from '#shared/ids.ts'
import { planBody } from './body.ts'
import { imageOf } from './image-address.ts'

/** The team's pictures that stand in a plan. */
export function imagesIn(doc: Y.Doc): ReadonlySet<BlobHash> {
  const found = new Set<BlobHash>()
  const walker = planBody(doc).createTreeWalker((one) => one instanceof Y.XmlElement && one.nodeName === 'image')
  for (const image of walker) {
    const src: unknown = image instanceof Y.XmlElement ? image.getAttribute('src') : undefined
    const own = typeof src === 'string' ? imageOf(src) : undefined
    if (own !== undefined) found.add(own.hash)
  }
  return found
}
