import { expect, test, vi } from 'vitest'
import { PlanId, TeamId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { createFakePlanStore } from '#test/fakes/plan-store.ts'
import { enterRoom } from '#test/fakes/room-member.ts'
import { paragraphsOf } from '#test/plan-client.ts'
import { createPlanBoard } from './plan-board.ts'
import { createPlanRoom } from './plan-room.ts'

/** An update that is none, and that the check lets pass: what a mistake in it would be. */
const broken = Uint8Array.of(7, 7, 7)

vi.mock('./check-update.ts', async (original) => {
  const real = await original<typeof import('./check-update.ts')>()
  return {
    ...real,
    checkUpdate: (...given: Parameters<typeof real.checkUpdate>) =>
      given[1].length === broken.length ? { kind: 'takes', news: true } : real.checkUpdate(...given),
  }
})

test('a document in which Yjs broke off is read anew, and what others wrote at that moment is theirs to bring back', async () => {
  const store = createFakePlanStore()
  const errors: unknown[] = []
  const room = createPlanRoom(
    {
      store,
      now: Date.now,
      board: createPlanBoard({ now: Date.now }),
      onStored: () => undefined,
      onError: (error) => errors.push(error),
      wait: async () => undefined,
    },
    {
      teamId: TeamId.parse('t1'),
      planId: PlanId.parse('0192f0e4-0000-7000-8000-000000000001'),
    },
  )
  const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 5_000, interval: 1 })
  const [one, hostile] = [enterRoom(room), enterRoom(room, { user: 'u2' })]
  await room.loaded
  one.write('stored')
  await until(() => one.stored === one.sent)
  hostile.sendUpdate(broken)
  one.write('at that moment')
  await until(() => one.closed !== undefined && hostile.closed !== undefined)
  expect([hostile.closed, one.closed, errors.length]).toEqual([roomClosed.malformed, roomClosed.later, 1])

  const back = enterRoom(room)
  back.ask()
  await until(() => back.texts().length === 1)
  back.write('goes on')
  await until(() => back.stored === back.sent)
  expect(paragraphsOf(store.document())).toEqual(['stored', 'goes on'])
  await room.close(1001, 'the test is over')
})
