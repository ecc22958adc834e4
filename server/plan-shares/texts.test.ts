import { expect, test } from 'vitest'
import { PlanId, TeamId } from '#shared/ids.ts'
import { createPlanTexts, withoutAddresses } from './texts.ts'

const plan = { teamId: TeamId.parse('team'), planId: PlanId.parse('01900000-0000-7000-8000-000000000001') }

/** A document whose number and text a test sets, and a clock that goes on by what a reading costs. */
function open(costMs: number) {
  const world = { seq: 1, at: 0, readings: 0, fails: false }
  const texts = createPlanTexts({
    now: () => world.at,
    plans: {
      documents: { facts: async () => ({ seq: world.seq }) } as unknown as Parameters<
        typeof createPlanTexts
      >[0]['plans']['documents'],
      readPlan: (async () => {
        world.readings++
        const { seq } = world
        await Promise.resolve()
        world.at += costMs
        if (world.fails) throw new Error('unreadable')
        return { reading: { markdown: `text ${seq}` }, seq }
      }) as unknown as Parameters<typeof createPlanTexts>[0]['plans']['readPlan'],
    },
  })
  return { world, read: (have?: string) => texts.read(plan, have) }
}

test('a text is read once for all who ask, and not again while it is the same', async () => {
  const { world, read } = open(1)
  const all = await Promise.all(Array.from({ length: 50 }, () => read()))
  expect(new Set(all.map(({ markdown }) => markdown))).toEqual(new Set(['text 1']))
  world.at += 1_000_000
  expect(await read('1')).toEqual({ tag: '1' })
  expect(await read()).toEqual({ tag: '1', markdown: 'text 1' })
  expect(world.readings).toBe(1)
})

test('while a team writes, guests who ask all the time take a twentieth of its time at most', async () => {
  const { world, read } = open(10)
  for (let asked = 0; asked < 1_000; asked++) {
    world.seq++
    world.at++
    await read('0')
  }
  // Each reading costs 10 ms and a rest of 200.
  expect(world.readings).toBeLessThan(10)
  world.at += 1_000
  expect((await read('0')).markdown).toBe(`text ${world.seq}`)
})

test('a reading that failed is tried again by who asks next', async () => {
  const { world, read } = open(1)
  world.fails = true
  await expect(read()).rejects.toThrow('unreadable')
  world.fails = false
  expect((await read()).markdown).toBe('text 1')
})

test('what a mention points at stays with the team', () => {
  expect(withoutAddresses('[a](drover:plan/0190) [b](drover:run/0190) [c](drover:path/src/a.ts)')).toBe(
    '[a](drover:plan/) [b](drover:run/) [c](drover:path/src/a.ts)',
  )
})
