/** Reading a document takes the time of everybody who writes: at most this part of it. */
const share = 1 / 20

/** How long a document is not read again whose reading took so long; never longer than `mostMs`. */
export function restAfter(tookMs: number, mostMs: number): number {
  return Math.min(tookMs / share, mostMs)
}
