import { expect, test } from 'vitest'
import { PlanId, UserId } from '#shared/ids.ts'
import { createParticipantBoard, type PlanParticipants } from './participant-board.ts'

const [one, two] = [1, 2].map((n) => PlanId.parse(`0192f0e4-0000-7000-8000-00000000000${n}`)) as [PlanId, PlanId]
const mara = { participants: [{ userId: UserId.parse('u1') }], more: 0 }
const nobody = { participants: [], more: 0 }

test('what is told of all plans replaces what was known, and what is told of one changes that one', () => {
  const board = createParticipantBoard()
  const heard: PlanParticipants[] = []
  const stop = board.subscribe((participants) => heard.push(participants))
  board.take({ type: 'plan_participants', whole: true, plans: [{ planId: one, ...mara }] })
  board.take({ type: 'plan_participants', whole: false, plans: [{ planId: two, ...mara }] })
  board.take({ type: 'plan_participants', whole: false, plans: [{ planId: one, ...nobody }] })
  board.take({ type: 'plan_participants', whole: true, plans: [{ planId: one, ...mara }] })
  board.forget()
  expect(heard.map((participants) => [...participants.keys()])).toEqual([[], [one], [one, two], [two], [one], []])
  stop()
  board.take({ type: 'plan_participants', whole: true, plans: [{ planId: one, ...mara }] })
  expect(heard).toHaveLength(6)
})
