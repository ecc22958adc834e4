import { randomInt } from 'node:crypto'

export type Seeded = {
  readonly seed: number
  /** 0 ≤ x < 1 */
  readonly random: () => number
  /** 0 ≤ n < limit */
  readonly below: (limit: number) => number
}

/** Random numbers from a seed that is printed, so that a failure can be had again: `seeded(123)`. */
export function seeded(seed: number = randomInt(1_000_000)): Seeded {
  console.info(`seed ${seed}`)
  let state = seed
  const random = (): number => {
    // mulberry32, public domain: https://github.com/cprosche/mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return { seed, random, below: (limit) => Math.floor(random() * limit) }
}
