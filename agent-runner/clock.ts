import { randomBytes } from 'node:crypto'
import { uuidv7 } from '#shared/ids.ts'

/** Time and randomness of the runner, passed in so that tests decide them. */
export interface Clock {
  /** Milliseconds since epoch. */
  now(): number
  /** A UUID of version 7. */
  newId(): string
  /** 0 ≤ x < 1, for jitter. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  newId: () => uuidv7(Date.now(), randomBytes(10)),
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
}
