import type { Duplex } from 'node:stream'

/** Passes on what each of two connections says to the other, ends one by one, and breaks both off when one breaks. */
export function joinStreams(one: Duplex, other: Duplex): void {
  pass(one, other)
  pass(other, one)
}

function pass(from: Duplex, to: Duplex): void {
  from.pipe(to)
  from.on('error', () => to.destroy())
  from.on('close', () => {
    // Closed as it should be: `to` has all that it said, and is still sending it on.
    if (!from.readableEnded || !from.writableFinished) to.destroy()
  })
}
