import { open } from 'node:fs/promises'

const pieceBytes = 64 * 1024

/**
 * A part of a file, piece by piece, in `slots` buffers that are used again in turn: a piece holds until `slots - 1` more were taken. What a
 * file takes of memory is so a few pieces, not as many as the collector lets lie around, which for a hundred megabytes are most of them.
 * @throws when the file is shorter, or can't be read.
 */
export async function* readPieces(
  { file, from, bytes }: { file: string; from: number; bytes: number },
  slots: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const ring = new Uint8Array(slots * pieceBytes)
  const handle = await open(file)
  try {
    for (let at = 0, slot = 0; at < bytes; slot = (slot + 1) % slots) {
      const piece = ring.subarray(slot * pieceBytes, slot * pieceBytes + Math.min(pieceBytes, bytes - at))
      const { bytesRead } = await handle.read(piece, 0, piece.byteLength, from + at)
      if (bytesRead === 0) throw new Error(`${file} ends before its ${from + bytes} bytes.`)
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
