import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import { BlobHash } from '#shared/ids.ts'

/** A PNG of one colour that every browser shows. `claims`: what it says of its size, where that is not true. */
export function pngOf(
  size: { readonly width: number; readonly height: number },
  colour: readonly [number, number, number] = [40, 90, 200],
  claims: { readonly width: number; readonly height: number } = size,
): Uint8Array<ArrayBuffer> {
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(size.width * 3, Buffer.from(colour))])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(claims.width, 0)
  header.writeUInt32BE(claims.height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size.height }, () => row)))
  const parts = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]))
}

export const hashOf = (bytes: Uint8Array): BlobHash => BlobHash.parse(createHash('sha256').update(bytes).digest('hex'))

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
