import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { pieceBytes, type Pieces, type SnapshotFile } from '#shared/domain/snapshot.ts'
import { BlobHash } from '#shared/ids.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** A file that was moved is in there twice: what is equal is found over 32 MB. */
const params = { [constants.ZSTD_c_enableLongDistanceMatching]: 1, [constants.ZSTD_c_windowLog]: 25 }

/** Gives pieces to whoever keeps them. @returns `undefined` where one could not be kept. */
export type PutPiece = (piece: Uint8Array) => Promise<BlobHash | undefined>
/** @throws when it can't be had. */
export type GetPiece = (hash: BlobHash) => Promise<Uint8Array>

/** Something of a snapshot is not what its name says, or larger than it may be. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged'
}

/** Compresses, cuts and hands in. Pieces have their hash as name, so doing it again after a break costs only what is missing. */
export async function putContent(content: Uint8Array, put: PutPiece): Promise<Pieces | undefined> {
  if (content.byteLength === 0) return { pieces: [], bytes: 0 }
  const packed = await compress(content, { params })
  const pieces: BlobHash[] = []
  for (let at = 0; at < packed.byteLength; at += pieceBytes) {
    const hash = await put(packed.subarray(at, at + pieceBytes))
    if (hash === undefined) return undefined
    pieces.push(hash)
  }
  return { pieces, bytes: packed.byteLength }
}

/** A file that is carried as it is, before it is handed in. */
export interface CarriedFile {
  path: string
  executable?: boolean
  content: Buffer
}

/** @returns `undefined` where one could not be kept. */
export async function putFiles(files: readonly CarriedFile[], put: PutPiece): Promise<SnapshotFile[] | undefined> {
  const kept: SnapshotFile[] = []
  for (const { content, ...file } of files) {
    const pieces = await putContent(content, put)
    if (pieces === undefined) return undefined
    kept.push({ ...file, content: pieces })
  }
  return kept
}

/** @throws SnapshotDamaged, and what `get` throws. */
export async function getContent({ pieces, bytes }: Pieces, get: GetPiece, most: number): Promise<Buffer> {
  if (pieces.length === 0) return Buffer.alloc(0)
  const parts: Uint8Array[] = []
  let size = 0
  for (const hash of pieces) {
    const part = await get(hash)
    size += part.byteLength
    if (size > bytes || part.byteLength > pieceBytes)
      throw new SnapshotDamaged('A part of the snapshot is longer than it says.')
    if (createHash('sha256').update(part).digest('hex') !== hash)
      throw new SnapshotDamaged('A part of the snapshot is not what its name says.')
    parts.push(part)
  }
  if (size !== bytes) throw new SnapshotDamaged('A part of the snapshot is shorter than it says.')
  return decompress(Buffer.concat(parts), { maxOutputLength: most }).catch((error: unknown) => {
    throw new SnapshotDamaged('The snapshot can’t be unpacked, or is larger than it may be.', { cause: error })
  })
}
