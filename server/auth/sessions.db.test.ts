import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAuth } from './create-auth.ts'
import type { Revocation } from './revocations.ts'
import type { AuthWorld } from '#test/auth-world.ts'
import { PASSWORD, openAuthWorld, tokenOf } from '#test/auth-world.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1'
const email = 'mara@example.test'

let world: AuthWorld
beforeEach(async () => {
  world = await openAuthWorld()
})
afterEach(() => world.close())

describe('signing in', () => {
  test('with the right password only; an unknown email gets the same words', async () => {
    await world.owner()
    const wrong = await world.browser().post('/auth/sign-in', { email, password: 'not this one' })
    const unknown = await world.browser().post('/auth/sign-in', { email: 'x@example.test', password: PASSWORD })
    expect(wrong.status).toBe(401)
    expect(unknown.body).toEqual(wrong.body)
    const browser = world.browser()
    const right = await browser.post('/auth/sign-in', { email: ' MARA@example.test ', password: PASSWORD })
    expect(right.status).toBe(200)
    expect(JSON.stringify(right.body)).toBe('{}')
    expect((await browser.get('/me')).status).toBe(200)
  })

  test('after five wrong tries it waits, by our clock, in the database and also for the right password', async () => {
    await world.owner()
    const browser = world.browser({ address: '192.0.2.7' })
    for (let i = 0; i < 5; i++)
      expect((await browser.post('/auth/sign-in', { email, password: 'guess' })).status).toBe(401)
    const limited = await browser.post('/auth/sign-in', { email, password: PASSWORD })
    expect(limited.status).toBe(429)
    expect(limited.body['retryAfterSeconds']).toBe(900)
    expect(limited.headers.get('retry-after')).toBe('900')
    expect(limited.body['error']).toBe('Too many tries. Wait 15 min, then try again.')

    // Another account, another address: not affected. Another process on the same database: is.
    expect((await browser.post('/auth/sign-in', { email: 'other@example.test', password: 'guess' })).status).toBe(401)
    expect(
      (await world.browser({ address: '192.0.2.8' }).post('/auth/sign-in', { email, password: PASSWORD })).status,
    ).toBe(200)
    const restarted = await openAuthWorld({ database: world.database })
    restarted.clock.now = world.clock.now + 60_000
    expect(
      (await restarted.browser({ address: '192.0.2.7' }).post('/auth/sign-in', { email, password: PASSWORD })).body[
        'retryAfterSeconds'
      ],
    ).toBe(840)
    await restarted.close()

    world.clock.now += 15 * 60_000
    expect((await browser.post('/auth/sign-in', { email, password: PASSWORD })).status).toBe(200)
  })

  test('only a proxy on this machine may say whom it speaks for', async () => {
    await world.owner()
    const tries = async (address: string, forwarded: string) => {
      const browser = world.browser({ address })
      return (
        await browser.send('POST', '/auth/sign-in', { email, password: 'guess' }, { 'x-forwarded-for': forwarded })
      ).status
    }
    for (let i = 0; i < 5; i++) await tries('192.0.2.7', `198.51.100.${i}`)
    expect(await tries('192.0.2.7', '198.51.100.99')).toBe(429)
    for (let i = 0; i < 5; i++) expect(await tries('127.0.0.1', `203.0.113.${i}`)).toBe(401)
  })

  test('a guess spread over many addresses is slowed down', async () => {
    await world.owner()
    for (let i = 0; i < 60; i++)
      await world.auth.parts.rateLimits.take({ name: 'sign-in-account', max: 60, windowMs: 3_600_000 }, email)
    expect(
      (await world.browser({ address: '203.0.113.9' }).post('/auth/sign-in', { email, password: PASSWORD })).status,
    ).toBe(429)
  })
})

describe('sessions', () => {
  test('a changed cookie, another server’s cookie and none are nobody', async () => {
    const browser = await world.owner()
    const cookie = browser.cookies.get('drover.session_token') ?? ''
    const ask = async (value: string) =>
      await world.auth.getActor(new Headers({ cookie: `drover.session_token=${value}` }))
    expect(await ask(cookie)).toMatchObject({ kind: 'user', role: 'owner' })
    const [token = '', signature = ''] = decodeURIComponent(cookie).split('.')
    const wrong = [
      token,
      `${token}.`,
      `${token}.${'A'.repeat(43)}=`,
      `x${token}.${signature}`,
      '',
      '.',
      '%',
      '%E0%A4%A',
      'a.b.c',
    ]
    for (const value of wrong) expect(await ask(value), value).toBeUndefined()
    expect(await world.auth.getActor(new Headers())).toBeUndefined()
    expect((await world.browser().get('/me')).status).toBe(401)
  })

  test('it ends after sixty days without use', async () => {
    const browser = await world.owner()
    world.clock.now += 61 * 24 * 60 * 60_000
    expect(await world.auth.getActor(browser.headers())).toBeUndefined()
    await world.auth.start()
    expect(await world.database.query('select 1 from session')).toHaveLength(0)
  })

  test('devices are named, this one is marked, and last seen follows', async () => {
    const browser = await world.owner()
    const phone = world.browser({ userAgent: IPHONE, address: '192.0.2.4' })
    await phone.post('/auth/sign-in', { email, password: PASSWORD })
    const { body } = await browser.get('/devices')
    expect(body['devices']).toMatchObject([
      { name: 'Safari on iPhone', kind: 'phone', current: false, address: '192.0.2.4' },
      { name: 'Chrome on Linux', kind: 'computer', current: true },
    ])
    world.clock.now += 10 * 60_000
    await browser.get('/me')
    await expect
      .poll(async () => JSON.stringify((await browser.get('/devices')).body))
      .toContain(String(world.clock.now))
  })

  test('a revoked device is out at once, here and in other processes, and only its owner can revoke it', async () => {
    const browser = await world.owner()
    const jonas = await world.joined(browser, 'admin')
    const phone = world.browser({ userAgent: IPHONE })
    await phone.post('/auth/sign-in', { email, password: PASSWORD })
    const { sessionId } = await phone.me()
    const elsewhere: Revocation[] = []
    const other = createAuth({ ...world.auth.parts.deps, database: world.database.another() })
    await other.start()
    other.onRevoked((revocation) => void elsewhere.push(revocation))
    const here: Revocation[] = []
    world.auth.onRevoked((revocation) => void here.push(revocation))

    expect((await jonas.send('DELETE', `/devices/${sessionId}`)).status).toBe(404)
    expect((await phone.get('/me')).status).toBe(200)
    expect((await browser.send('DELETE', `/devices/${sessionId}`)).status).toBe(200)
    expect(here).toContainEqual({ type: 'session', sessionId })
    expect((await phone.get('/me')).status).toBe(401)
    expect(await other.getActor(phone.headers())).toBeUndefined()
    await expect.poll(() => elsewhere).toContainEqual({ type: 'session', sessionId })
    expect((await browser.send('DELETE', `/devices/${sessionId}`)).status).toBe(404)
    await other.close()
    await other.parts.deps.database.close()
  })

  test('all others at once, and signing out', async () => {
    const browser = await world.owner()
    const others = [world.browser(), world.browser()]
    for (const other of others) await other.post('/auth/sign-in', { email, password: PASSWORD })
    expect((await browser.post('/devices/revoke-others')).body).toEqual({ devicesSignedOut: 2 })
    for (const other of others) expect((await other.get('/me')).status).toBe(401)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    expect(browser.cookies.has('drover.session_token')).toBe(false)
    expect(await world.database.query('select 1 from session')).toHaveLength(0)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
  })
})

describe('pairing a phone', () => {
  test('the code signs the phone in after it has seen whose account and which server', async () => {
    const desktop = await world.owner()
    const code = await desktop.post('/pairing')
    expect(code.body).toMatchObject({ reachable: false, expiresAt: world.clock.now + 5 * 60_000 })
    const state = async () => (await desktop.get(`/pairing/${String(code.body['id'])}`)).body
    expect(await state()).toEqual({ state: 'open' })
    const token = tokenOf(String(code.body['url']))
    const phone = world.browser({ userAgent: IPHONE })
    expect((await phone.post('/pairing/look', { token })).body).toMatchObject({
      name: 'Mara Lind',
      email,
      server: 'localhost:4400',
    })
    expect(await state()).toEqual({ state: 'open' })
    expect((await phone.post('/pairing/accept', { token })).status).toBe(201)
    expect((await phone.get('/me')).body).toMatchObject({ user: { email } })
    expect(await state()).toEqual({ state: 'used', device: 'Safari on iPhone' })
    const again = await world.browser().post('/pairing/accept', { token })
    expect(again.status).toBe(410)
    expect(again.body['error']).toBe('This link has been used.')
  })

  test('it ends after five minutes, with the next code, and when a device is signed out', async () => {
    const desktop = await world.owner()
    const make = async () => tokenOf(String((await desktop.post('/pairing')).body['url']))
    const use = async (token: string) => (await world.browser().post('/pairing/accept', { token })).status
    const first = await make()
    const second = await make()
    expect(await use(first)).toBe(404)
    await desktop.post('/devices/revoke-others')
    expect(await use(second)).toBe(404)
    const third = await make()
    world.clock.now += 5 * 60_000
    expect(await use(third)).toBe(410)
  })

  test('two phones at once: one is in; nobody else sees the code’s state', async () => {
    const desktop = await world.owner()
    const jonas = await world.joined(desktop, 'owner')
    const code = await desktop.post('/pairing')
    const token = tokenOf(String(code.body['url']))
    const answers = await Promise.all([1, 2, 3].map(() => world.browser().post('/pairing/accept', { token })))
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([201, 410, 410])
    expect((await jonas.get(`/pairing/${String(code.body['id'])}`)).status).toBe(404)
    expect((await world.browser().post('/pairing')).status).toBe(401)
  })

  test('a link of one kind does not open another', async () => {
    const desktop = await world.owner()
    const token = tokenOf(String((await desktop.post('/pairing')).body['url']))
    for (const kind of ['welcome', 'reset', 'invite'])
      expect((await world.browser().post('/auth/links/look', { kind, token })).status).toBe(404)
  })
})

describe('agent keys', () => {
  test('shown once, kept as a hash, bound to the team, ended by revoking', async () => {
    const browser = await world.owner()
    const { teamId } = await browser.me()
    const made = await browser.post(`/teams/${teamId}/runner-keys`, { name: 'devbox-04' })
    const key = String(made.body['key'])
    expect(key).toMatch(/^drv_[A-Za-z]{64}$/)
    const stored = await world.database.query('select * from apikey')
    expect(JSON.stringify(stored)).not.toContain(key)
    const listed = await browser.get(`/teams/${teamId}/runner-keys`)
    expect(listed.body['keys']).toMatchObject([{ name: 'devbox-04', start: key.slice(0, 8), createdBy: 'Mara Lind' }])
    expect(JSON.stringify(listed.body)).not.toContain(key)
    const ask = async (value: string) => await world.auth.authenticateRunner(new Headers({ authorization: value }))
    for (let i = 0; i < 12; i++)
      expect(await ask(`Bearer ${key}`)).toEqual({ teamId, keyId: made.body['id'], name: 'devbox-04' })
    for (const wrong of [
      `Bearer ${key}x`,
      `Bearer ${key.toLowerCase()}`,
      key,
      `Basic ${key}`,
      'Bearer drv_',
      'Bearer ',
      '',
    ])
      expect(await ask(wrong)).toBeUndefined()
    // A key is not a person.
    const asPerson = await world
      .browser()
      .send('GET', '/me', undefined, { authorization: `Bearer ${key}`, 'x-api-key': key })
    expect(asPerson.status).toBe(401)
    const heard: Revocation[] = []
    world.auth.onRevoked((revocation) => void heard.push(revocation))
    expect((await browser.send('DELETE', `/teams/${teamId}/runner-keys/${String(made.body['id'])}`)).status).toBe(200)
    expect(await ask(`Bearer ${key}`)).toBeUndefined()
    expect(heard).toContainEqual({ type: 'runner-key', keyId: made.body['id'] })
  })

  test('each server on the database makes one for its own runner, and none ends another’s', async () => {
    const browser = await world.owner()
    const { getActor, issueRunnerKey, authenticateRunner } = world.auth
    const actor = await getActor(browser.headers())
    if (!actor) throw new Error('nobody')
    const first = await issueRunnerKey(actor.teamId, 'this server')
    const second = await issueRunnerKey(actor.teamId, 'this server')
    for (const issued of [first, second])
      expect(await authenticateRunner(new Headers({ authorization: `Bearer ${issued?.key}` }))).toMatchObject({
        teamId: actor.teamId,
      })
  })
})

test('the first tries at once are all counted, and none fails', async () => {
  await world.owner()
  const browser = world.browser({ address: '192.0.2.20' })
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => browser.post('/auth/sign-in', { email: 'x@example.test', password: 'guess' })),
  )
  expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([
    ...Array.from({ length: 5 }, () => 401),
    ...Array.from({ length: 7 }, () => 429),
  ])
})
