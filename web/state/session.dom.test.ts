import { createRoot } from 'solid-js'
import { describe, expect, test } from 'vitest'
import { createMemoryDeviceStore } from './device-store.ts'
import { createSession, type FetchMe, type ForgetTeam } from './session.ts'

const me = {
  user: { id: 'u', name: 'Mara', email: 'm@example.com' },
  team: { id: 't', name: 'Northwind' },
  role: 'owner',
  teams: [],
  sessionId: 's',
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function open(
  kept: unknown,
  fetchMe: FetchMe,
  forgetTeam: ForgetTeam = async () => undefined,
  marked = kept !== undefined,
) {
  const store = createMemoryDeviceStore(kept === undefined ? [] : [['session/me', kept]])
  let isMarked = marked
  const mark = { set: () => void (isMarked = true), isSet: () => isMarked, clear: () => void (isMarked = false) }
  const session = createRoot(() => createSession({ store, fetchMe, forgetTeam, mark }))
  await settled()
  return { session, store, isMarked: () => isMarked }
}

describe('a cold start', () => {
  test('without a network opens as whoever was here', async () => {
    const { session } = await open(me, async () => ({ type: 'unreachable' }))
    expect(session.state()).toMatchObject({ type: 'signed_in', confirmed: false, me: { user: { name: 'Mara' } } })
  })
  test('without a network on a new device says that nobody is known', async () => {
    const { session } = await open(undefined, async () => ({ type: 'unreachable' }))
    expect(session.state()).toEqual({ type: 'unreachable' })
  })
  test('remembers whom the server named', async () => {
    const { session, store } = await open(undefined, async () => ({ type: 'me', me }))
    expect(session.state()).toMatchObject({ type: 'signed_in', confirmed: true })
    expect(await store.get('session/me')).toMatchObject({ user: { id: 'u' } })
  })
  test('the server’s word alone signs out, and the device forgets', async () => {
    const { session, store } = await open(me, async () => ({ type: 'signed_out' }))
    expect(session.state()).toEqual({ type: 'signed_out', ended: true })
    expect(await store.get('session/me')).toBeUndefined()
  })
  test('a store that the browser has cleared is told, until it is read; one that never was, or was signed out of, is not', async () => {
    const cleared = await open(undefined, async () => ({ type: 'me', me }), undefined, true)
    expect(cleared.session.cleared()).toBe(true)
    cleared.session.forgetCleared()
    expect(cleared.session.cleared()).toBe(false)
    const fresh = await open(undefined, async () => ({ type: 'me', me }))
    expect([fresh.session.cleared(), fresh.isMarked()]).toEqual([false, true])
    await fresh.session.forget()
    expect(fresh.isMarked()).toBe(false)
    expect((await open(me, async () => ({ type: 'unreachable' }))).session.cleared()).toBe(false)
  })
  test('a team that this person is no longer in is named, and forgotten', async () => {
    const forgotten: string[] = []
    const teams = [
      { id: 't', name: 'Northwind' },
      { id: 'own', name: 'Mara’s team' },
    ]
    const now = { ...me, team: teams[1], teams: teams.slice(1) }
    const { session } = await open(
      { ...me, teams },
      async () => ({ type: 'me', me: now }),
      async (user, team) => void forgotten.push(`${user}/${team}`),
    )
    expect(session.left()).toEqual([teams[0]])
    expect(forgotten).toEqual(['u/t'])
    session.forgetLeft()
    expect(session.left()).toEqual([])
  })
  test('another team of the same person is no team that was left', async () => {
    const teams = [
      { id: 't', name: 'Northwind' },
      { id: 'own', name: 'Mara’s team' },
    ]
    const { session } = await open({ ...me, teams }, async () => ({ type: 'me', me: { ...me, team: teams[1], teams } }))
    expect(session.left()).toEqual([])
  })
  test('rubbish from the server changes nothing', async () => {
    const { session } = await open(me, async () => ({ type: 'me', me: { user: 7 } }))
    expect(session.state()).toMatchObject({ type: 'signed_in', confirmed: false })
  })
})
