import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

/**
 * A change of a document as several that are no larger than `most` bytes each, as far as no single piece of it is: what was written in a long time without a network may be
 * more than one message may carry. Structs in their order, the deletions last; the parts are to be applied in their order. The format is that of
 * https://github.com/yjs/yjs/blob/v13.6.33/src/utils/encoding.js
 */
export function splitUpdate(update: Uint8Array, most: number): readonly Uint8Array[] {
  if (update.byteLength <= most) return [update]
  const parts: Uint8Array[] = []
  let piece: Piece | undefined
  for (const struct of Y.decodeUpdate(update).structs) {
    const bytes = encodeStruct(struct)
    if (piece !== undefined && (piece.client !== struct.id.client || piece.size + bytes.byteLength > most)) {
      parts.push(encodePiece(piece))
      piece = undefined
    }
    piece ??= { client: struct.id.client, clock: struct.id.clock, structs: [], size: pieceHead }
    piece.structs.push(bytes)
    piece.size += bytes.byteLength
  }
  if (piece !== undefined) parts.push(encodePiece(piece))
  return [...parts, deletionsOf(update)]
}

/** Structs of one client without a gap between them. */
type Piece = { readonly client: number; readonly clock: number; readonly structs: Uint8Array[]; size: number }

/** Bytes of what stands before and behind the structs, at most. */
const pieceHead = 32

function encodeStruct(struct: ReturnType<typeof Y.decodeUpdate>['structs'][number]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  struct.write(encoder, 0)
  return encoding.toUint8Array(encoder.restEncoder)
}

function encodePiece({ client, clock, structs }: Piece): Uint8Array {
  return encoding.encode((to) => {
    encoding.writeVarUint(to, 1)
    encoding.writeVarUint(to, structs.length)
    encoding.writeVarUint(to, client)
    encoding.writeVarUint(to, clock)
    for (const struct of structs) encoding.writeUint8Array(to, struct)
    encoding.writeVarUint(to, 0)
  })
}

/** The same for somebody who has all of its structs. */
function deletionsOf(update: Uint8Array): Uint8Array {
  return Y.diffUpdate(update, Y.encodeStateVector(Y.parseUpdateMeta(update).to))
}
