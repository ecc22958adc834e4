import { expect, test } from 'vitest'
import { PlanId, UserId } from '#shared/ids.ts'
import { createGuestBoard, type PlanGuests } from './guest-board.ts'

const [one, two] = [1, 2].map((n) => PlanId.parse(`0192f0e4-0000-7000-8000-00000000000${n}`)) as [PlanId, PlanId]
const mara = { guests: [{ userId: UserId.parse('u1') }], more: 0 }
const nobody = { guests: [], more: 0 }

test('what is told of all plans replaces what was known, and what is told of one changes that one', () => {
  const board = createGuestBoard()
  const heard: PlanGuests[] = []
  const stop = board.subscribe((guests) => heard.push(guests))
  board.take({ type: 'plan_guests', whole: true, plans: [{ planId: one, ...mara }] })
  board.take({ type: 'plan_guests', whole: false, plans: [{ planId: two, ...mara }] })
  board.take({ type: 'plan_guests', whole: false, plans: [{ planId: one, ...nobody }] })
  board.take({ type: 'plan_guests', whole: true, plans: [{ planId: one, ...mara }] })
  board.forget()
  expect(heard.map((guests) => [...guests.keys()])).toEqual([[], [one], [one, two], [two], [one], []])
  stop()
  board.take({ type: 'plan_guests', whole: true, plans: [{ planId: one, ...mara }] })
  expect(heard).toHaveLength(6)
})
