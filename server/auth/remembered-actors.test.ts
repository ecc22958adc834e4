import { describe, expect, test } from 'vitest'
import { TeamId, UserId } from '#shared/ids.ts'
import type { Actor } from './actor.ts'
import { rememberActors } from './remembered-actors.ts'

const mara: Actor = {
  kind: 'user',
  userId: UserId.parse('u'),
  name: 'Mara',
  email: 'mara@example.test',
  teamId: TeamId.parse('t'),
  role: 'owner',
  sessionId: 's',
  signedInAt: 0,
}
const headers = (cookie: string): Headers => new Headers({ cookie })

function setUp() {
  const state = { asked: 0, answer: mara as Actor | undefined, now: 0 }
  const actors = rememberActors({
    now: () => state.now,
    getActor: async () => {
      state.asked++
      return state.answer
    },
  })
  return { state, actors }
}

describe('remembered actors', () => {
  test('are asked for once in five seconds, each cookie on its own', async () => {
    const { state, actors } = setUp()
    for (let i = 0; i < 3; i++) expect(await actors.getActor(headers('a'))).toBe(mara)
    await actors.getActor(headers('b'))
    expect(state.asked).toBe(2)
    state.now = 5_001
    await actors.getActor(headers('a'))
    expect(state.asked).toBe(3)
  })

  test('are asked for again at once after anything was revoked', async () => {
    const { state, actors } = setUp()
    await actors.getActor(headers('a'))
    state.answer = undefined
    actors.forget()
    expect(await actors.getActor(headers('a'))).toBeUndefined()
  })

  test('an answer that was under way during a revocation is not kept', async () => {
    const { state, actors } = setUp()
    const asking = actors.getActor(headers('a'))
    actors.forget()
    await asking
    await actors.getActor(headers('a'))
    expect(state.asked).toBe(2)
  })

  test('nobody is never remembered, and no cookie is nobody', async () => {
    const { state, actors } = setUp()
    state.answer = undefined
    await actors.getActor(headers('a'))
    await actors.getActor(headers('a'))
    expect(state.asked).toBe(2)
    expect(await actors.getActor(new Headers())).toBeUndefined()
    expect(state.asked).toBe(2)
  })
})
