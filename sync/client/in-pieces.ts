/** What waits may be much, and the server reads no body without a bound. */
const pieceUnits = 1_000_000

/** In pieces of at most a million units of JSON, or of one thing that is longer by itself. */
export function* inPieces<T>(mutations: readonly T[]): Generator<readonly T[]> {
  let piece: T[] = []
  let units = 0
  for (const mutation of mutations) {
    const length = JSON.stringify(mutation).length
    if (piece.length > 0 && units + length > pieceUnits) {
      yield piece
      piece = []
      units = 0
    }
    piece.push(mutation)
    units += length
  }
  if (piece.length > 0) yield piece
}
