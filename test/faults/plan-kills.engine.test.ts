import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../seed.ts'
import { openPlanKillScene, type PlanKillScene } from './plan-kills.ts'

/** The bench does as many as one wants: `npm run bench plan-kills -- --cycles N`. */
const cycles = 4

let scene: PlanKillScene
beforeAll(async () => {
  scene = await openPlanKillScene()
})
afterAll(() => scene?.close())

test(
  'kill -9 while a plan is written: nothing that was acknowledged is lost, and nothing is doubled',
  {
    timeout: 300_000,
  },
  async () => {
    const random = seeded()
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { victim, acknowledged, lost, doubled } = await scene.cycle(random)
      expect({ cycle, victim, acknowledged, lost, doubled }).toEqual({
        cycle,
        victim,
        acknowledged: expect.any(Number),
        lost: [],
        doubled: [],
      })
      expect(acknowledged).toBeGreaterThan(0)
    }
  },
)
