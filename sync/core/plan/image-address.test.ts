import { expect, test } from 'vitest'
import { BlobHash } from '#shared/ids.ts'
import { imageAddress, imageOf } from './image-address.ts'
import { mentionOf } from './markdown/mention-address.ts'

const hash = BlobHash.parse('0a'.repeat(32))

test.each([
  { hash, size: undefined },
  { hash, size: { width: 640, height: 48000 } },
])('is read as it was written: %j', (image) => {
  expect(imageOf(imageAddress(image))).toEqual(image)
  expect(mentionOf(imageAddress(image))).toBeUndefined()
})

test.each([
  'https://example.test/a.png',
  `drover:image/${hash.toUpperCase()}`,
  `drover:image/${hash}0`,
  `drover:image/${hash}#0x5`,
  `drover:image/${hash}#640x480x1`,
  `drover:image/${hash}/../x`,
  `drover:image/`,
  `data:image/png;base64,${hash}`,
])('is no address of a picture here: %s', (src) => {
  expect(imageOf(src)).toBeUndefined()
})
