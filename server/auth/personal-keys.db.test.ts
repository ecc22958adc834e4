import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { NewPersonalKey, PersonalKey } from '#shared/domain/personal-key.ts'
import type { AuthWorld, TestBrowser } from '#test/auth-world.ts'
import { openAuthWorld, tokenOf } from '#test/auth-world.ts'
import { adminResetLink } from './admin-links.ts'
import { openWorld, type Person, type World } from '#test/world.ts'

const Keys = z.object({ keys: z.array(PersonalKey) })

describe('API keys of a person', () => {
  let world: World
  let owner: Person
  beforeAll(async () => {
    world = await openWorld()
    owner = await world.owner()
  })
  afterAll(() => world.close())

  const json = { 'content-type': 'application/json' }
  const make = async (person: Person, body: object): Promise<NewPersonalKey> => {
    const made = await person.fetch('/api/v1/me/keys', { method: 'POST', headers: json, body: JSON.stringify(body) })
    expect(made.status).toBe(201)
    return NewPersonalKey.parse(await made.json())
  }
  const by = (key: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${world.url}${path}`, { ...init, headers: { ...json, authorization: `Bearer ${key}` } })
  const rule = { name: 'Made by a key', repositories: [], setup_commands: [] }
  const makeEnvironment = (key: string): Promise<Response> =>
    by(key, '/api/v1/environments', { method: 'POST', body: JSON.stringify(rule) })

  test('one lets a program do what its person may, is listed with its last use, and nothing of it can be read again', async () => {
    const { key, ...known } = await make(owner, { name: 'CI', days: 30 })
    expect(key).toMatch(/^drp_[\w-]{43}$/)
    expect(await (await by(key, '/api/v1/me')).json()).toMatchObject({ user: { id: owner.userId }, role: 'owner' })
    expect((await makeEnvironment(key)).status).toBe(201)
    const list = async () => Keys.parse(await (await owner.fetch('/api/v1/me/keys')).json()).keys
    await expect.poll(list).toEqual([{ ...known, lastUsedAt: expect.any(Number) }])
    expect(JSON.stringify(await world.database.query('select * from personal_key'))).not.toContain(key)
  })

  test('a viewer’s key reads and changes nothing; it follows the role, and ends with the membership', async () => {
    const viewer = await world.invite(owner, 'viewer')
    const { key } = await make(viewer, { name: 'Reader' })
    expect((await by(key, '/api/v1/environments')).status).toBe(200)
    expect((await makeEnvironment(key)).status).toBe(403)
    const path = `/api/v1/teams/${owner.teamId}/members/${viewer.userId}`
    const body = JSON.stringify({ role: 'member' })
    expect((await owner.fetch(path, { method: 'PATCH', headers: json, body })).status).toBe(200)
    expect(await (await by(key, '/api/v1/me')).json()).toMatchObject({ role: 'member' })
    expect((await owner.fetch(path, { method: 'DELETE' })).status).toBe(200)
    const ended = await by(key, '/api/v1/environments')
    expect(ended.status).toBe(401)
    expect(await ended.json()).toMatchObject({
      error: expect.stringContaining('its person is not in the team any more'),
    })
    expect(await world.database.query('select 1 from personal_key where user_id = $1', [viewer.userId])).toEqual([])
  })

  test.each([
    ['GET', '/api/v1/me/keys'],
    ['POST', '/api/v1/me/keys'],
    ['PATCH', '/api/v1/me'],
    ['POST', '/api/v1/me/password'],
    ['GET', '/api/v1/devices'],
    ['POST', '/api/v1/pairing'],
    ['GET', '/api/v1/push'],
    ['POST', '/api/v1/teams/x/runner-keys'],
    ['POST', '/api/v1/teams/x/invitations'],
    ['POST', '/api/sync/pull?space=team/x'],
    ['GET', '/api/runner/blobs/00'],
  ])('%s %s takes no key: it belongs to an account, a browser or a runner', async (method, path) => {
    const { key } = await make(owner, { name: 'Curious' })
    const answered = await by(key, path, method === 'GET' ? {} : { method, body: '{"name":"x","token":"x"}' })
    expect(answered.status).toBe(401)
  })

  test('a key beside a session counts alone, and a page of another site can send neither', async () => {
    const both = await owner.fetch('/api/v1/environments', {
      headers: { authorization: `Bearer drp_${'x'.repeat(43)}` },
    })
    expect(both.status).toBe(401)
    const { key } = await make(owner, { name: 'Elsewhere' })
    const lured = await fetch(`${world.url}/api/v1/environments`, {
      method: 'POST',
      headers: { ...json, origin: 'https://evil.example', authorization: `Bearer ${key}` },
      body: JSON.stringify(rule),
    })
    expect(lured.status).toBe(403)
  })
})

describe('the end of a key', () => {
  let world: AuthWorld
  let owner: TestBrowser
  beforeAll(async () => {
    world = await openAuthWorld()
    owner = await world.owner()
  })
  afterAll(() => world.close())

  const make = async (body: object) => NewPersonalKey.parse((await owner.post('/me/keys', body)).body)
  const use = async (key: string, address = '192.0.2.20') =>
    world.browser({ address }).send('GET', '/me', undefined, { authorization: `Bearer ${key}` })

  test('wrong ones are refused for a while after many tries from one address; a key has a limit of its own', async () => {
    for (let i = 0; i < 40; i++) expect((await use('drp_wrong', '192.0.2.9')).status).toBe(401)
    expect((await use('drp_wrong', '192.0.2.9')).status).toBe(429)
    expect((await use('drp_wrong', '192.0.2.10')).status).toBe(401)
  })

  test('a name without letters, half a day and too many are refused with a sentence', async () => {
    const again = await world.joined(owner, 'member')
    for (const body of [{ name: ' ' }, { name: 'x', days: 0.5 }, { name: 'x', days: 400 }])
      expect((await again.post('/me/keys', body)).status).toBe(400)
    let last = 201
    for (let i = 0; i < 60 && last === 201; i++) last = (await again.post('/me/keys', { name: `Key ${i}` })).status
    expect(last).toBe(409)
    expect((await again.get('/me/keys')).body['keys']).toHaveLength(50)
  })

  test('comes at its time, and when it is revoked; an old sign-in makes no new one', async () => {
    const [short, revoked, kept] = [
      await make({ name: 'A day', days: 1 }),
      await make({ name: 'Revoked' }),
      await make({ name: 'Kept' }),
    ]
    for (const { key } of [short, revoked, kept]) expect((await use(key)).status).toBe(200)
    expect((await owner.send('DELETE', `/me/keys/${revoked.id}`)).status).toBe(200)
    world.clock.now += 25 * 60 * 60_000
    expect((await use(short.key)).status).toBe(401)
    expect((await use(revoked.key)).status).toBe(401)
    expect((await use(kept.key)).status).toBe(200)
    expect((await owner.post('/me/keys', { name: 'Late' })).status).toBe(403)
  })

  test('a reset link that signs all devices out ends the keys too', async () => {
    const keysLeft = () =>
      world.database.query('select k.id from personal_key k join "user" u on u.id = k.user_id where u.email = $1', [
        'mara@example.test',
      ])
    const reset = async (signOutOthers: boolean) => {
      const link = await adminResetLink(world.auth.parts.deps, 'mara@example.test')
      if (!link.ok) throw new Error(link.error.detail)
      const step = { kind: 'reset', token: tokenOf(link.value.url), signOutOthers }
      expect((await world.browser().post('/auth/links/password', { step, password: 'green lorry hums' })).status).toBe(
        201,
      )
    }
    const before = await keysLeft()
    expect(before.length).toBeGreaterThan(0)
    await reset(false)
    expect(await keysLeft()).toEqual(before)
    await reset(true)
    expect(await keysLeft()).toEqual([])
  })
})
