import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../seed.ts'
import { openKillScene, type KillScene } from './kill-cycles.ts'

/** The bench does a hundred of these: `npm run bench kill`. */
const cycles = 5

let scene: KillScene
beforeAll(async () => {
  scene = await openKillScene()
})
afterAll(() => scene?.close())

describe('kill -9 during a streaming run', () => {
  test(
    'of server, runner or database: nothing that was shown is lost or doubled, and the run ends with its reason',
    { timeout: 300_000 },
    async () => {
      const random = seeded()
      for (let cycle = 0; cycle < cycles; cycle++) {
        const { victim, killedAfterMs, lost, doubled, disordered, hanging, stale } = await scene.cycle(random)
        expect({ cycle, victim, killedAfterMs, lost, doubled, disordered, hanging, stale }).toEqual({
          cycle,
          victim,
          killedAfterMs,
          lost: [],
          doubled: [],
          disordered: [],
          hanging: undefined,
          stale: [],
        })
      }
    },
  )
})
