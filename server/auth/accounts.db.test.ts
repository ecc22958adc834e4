import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AuthWorld } from '#test/auth-world.ts'
import { PASSWORD, openAuthWorld, tokenOf } from '#test/auth-world.ts'
import { firstStartLink } from './admin-links.ts'

let world: AuthWorld
beforeEach(async () => {
  world = await openAuthWorld()
})
afterEach(() => world.close())

const mara = { name: 'Mara Lind', email: 'mara@example.test' }
const welcome = async (token: string, about: object = {}) =>
  await world
    .browser()
    .post('/auth/links/password', { step: { kind: 'welcome', token, ...mara, ...about }, password: PASSWORD })

describe('the first start', () => {
  test('the link makes the account, its team and a session, and the synced rows', async () => {
    const link = await world.auth.firstStartLink()
    expect(link?.url).toMatch(/^http:\/\/localhost:4400\/welcome#token=[\w-]{43}$/)
    const browser = await world.owner()
    const me = await browser.get('/me')
    expect(me.body).toMatchObject({ user: mara, team: { name: 'Mara Lind’s team' }, role: 'owner' })
    const { teamId, userId } = await browser.me()
    expect(world.rows.get(`team/${teamId}`)).toMatchObject({ name: 'Mara Lind’s team' })
    expect(world.rows.get(`member/${teamId}/${userId}`)).toMatchObject({ name: 'Mara Lind', role: 'owner', hue: 1 })
    expect(await world.auth.firstStartLink()).toBeUndefined()
  })

  test('the session cookie is out of reach of scripts and of other sites, and the answer does not repeat its token', async () => {
    const link = await world.auth.firstStartLink()
    const made = await welcome(tokenOf(link?.url))
    const cookie = made.headers.getSetCookie().find((text) => text.startsWith('drover.session_token='))
    expect(cookie).toMatch(/; HttpOnly/i)
    expect(cookie).toMatch(/; SameSite=Lax/i)
    expect(cookie).not.toMatch(/; Secure/i)
    expect(made.body).toEqual({})
  })

  test('behind https the cookie is Secure', async () => {
    const secure = await openAuthWorld({ publicUrl: 'https://drover.example.test', database: world.database })
    const link = await secure.auth.firstStartLink()
    const browser = secure.browser()
    const made = await browser.post('/auth/links/password', {
      step: { kind: 'welcome', token: tokenOf(link?.url), ...mara },
      password: PASSWORD,
    })
    expect(made.headers.getSetCookie().join()).toMatch(/__Secure-drover\.session_token=.*; Secure/i)
    expect((await browser.get('/me')).status).toBe(200)
    await secure.close()
  })

  test('nothing of the token is kept, and each start replaces the link before', async () => {
    const first = tokenOf((await world.auth.firstStartLink())?.url)
    const second = tokenOf((await world.auth.firstStartLink())?.url)
    const rows = await world.database.query('select * from verification')
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(second)
    expect((await welcome(first)).status).toBe(404)
    expect((await welcome(second)).status).toBe(201)
  })

  test('on a database that servers share, none ends the link that another has printed', async () => {
    const { deps } = world.auth.parts
    const shared = { ...deps, database: { ...deps.database, kind: 'postgres' as const } }
    const first = tokenOf((await firstStartLink(shared))?.url)
    const second = tokenOf((await firstStartLink(shared))?.url)
    expect((await welcome(first)).status).toBe(201)
    expect((await welcome(second)).status).toBe(410)
  })

  test('it works once, and says so', async () => {
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    expect((await welcome(token)).status).toBe(201)
    const again = await welcome(token, { email: 'other@example.test' })
    expect(again.status).toBe(410)
    expect(again.body['error']).toBe('This link has been used.')
    expect((await world.browser().post('/auth/links/look', { kind: 'welcome', token })).status).toBe(410)
  })

  test('two at once make one account', async () => {
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    const answers = await Promise.all([1, 2, 3, 4].map((n) => welcome(token, { email: `p${n}@example.test` })))
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([201, 410, 410, 410])
    expect(await world.database.query('select 1 from "user"')).toHaveLength(1)
    expect(await world.database.query('select 1 from organization')).toHaveLength(1)
  })

  test('it ends after a day', async () => {
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    world.clock.now += 24 * 60 * 60_000
    const late = await welcome(token)
    expect(late.status).toBe(410)
    expect(late.body['error']).toBe('This link has expired.')
  })

  test('a weak password or a bad email leaves the link unused', async () => {
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    const browser = world.browser()
    const step = { kind: 'welcome', token, ...mara }
    for (const password of [
      'short',
      'password123!',
      '1234567890',
      'mara@example.test1',
      'aaaaaaaaaaaa',
      'x'.repeat(129),
    ]) {
      expect((await browser.post('/auth/links/password', { step, password })).status, password).toBe(400)
    }
    expect((await welcome(token, { email: 'nobody' })).body['error']).toContain('This is not an email address.')
    expect((await welcome(token, { name: '  ' })).status).toBe(400)
    expect((await welcome(token)).status).toBe(201)
  })

  test('a changed token opens nothing', async () => {
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    for (const wrong of [`${token}x`, token.slice(1), token.toLowerCase(), 'x', '%00'])
      expect((await welcome(wrong)).status).toBe(404)
  })
})

describe('there is no other way to an account', () => {
  test('better-auth’s own routes are closed', async () => {
    const paths = [
      '/api/auth/sign-up/email',
      '/api/auth/sign-in/email',
      '/api/auth/organization/create',
      '/api/auth/api-key/create',
      '/api/auth/get-session',
    ]
    for (const path of paths) {
      const response = await world.app.request(`http://localhost:4400${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      expect(response.status, path).toBe(404)
    }
  })

  test('even its sign-up by call is off', async () => {
    const body = { name: 'x', email: 'x@example.test', password: PASSWORD }
    await expect(world.auth.parts.better.api.signUpEmail({ body })).rejects.toThrow(
      'Email and password sign up is not enabled',
    )
  })
})

describe('resetting', () => {
  test('the link sets a new password and, if asked, signs all others out', async () => {
    const browser = await world.owner()
    const ended: string[] = []
    world.auth.onRevoked((revocation) => void (revocation.type === 'session' && ended.push(revocation.sessionId)))
    const { sessionId } = await browser.me()
    const { adminResetLink } = await import('./admin-links.ts')
    const link = await adminResetLink(world.auth.parts.deps, ' Mara@Example.test ')
    if (!link.ok) throw new Error('no link')
    const token = tokenOf(link.value.url)
    const fresh = world.browser()
    expect((await fresh.post('/auth/links/look', { kind: 'reset', token })).body).toMatchObject({ person: mara })
    const step = { kind: 'reset', token, signOutOthers: true }
    expect((await fresh.post('/auth/links/password', { step, password: 'a new one, longer' })).status).toBe(201)
    expect((await browser.get('/me')).status).toBe(401)
    expect((await fresh.get('/me')).status).toBe(200)
    expect(ended).toContain(sessionId)
    expect((await world.browser().post('/auth/sign-in', { email: mara.email, password: PASSWORD })).status).toBe(401)
    expect(
      (await world.browser().post('/auth/sign-in', { email: mara.email, password: 'a new one, longer' })).status,
    ).toBe(200)
    expect((await fresh.post('/auth/links/password', { step, password: 'a third one, longer' })).status).toBe(410)
  })

  test('an hour later it is over; an unknown email has none', async () => {
    await world.owner()
    const { adminResetLink } = await import('./admin-links.ts')
    expect(await adminResetLink(world.auth.parts.deps, 'nobody@example.test')).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    const link = await adminResetLink(world.auth.parts.deps, mara.email)
    if (!link.ok) throw new Error('no link')
    world.clock.now += 60 * 60_000
    expect(
      (await world.browser().post('/auth/links/look', { kind: 'reset', token: tokenOf(link.value.url) })).status,
    ).toBe(410)
  })
})

describe('one’s own account', () => {
  test('a new name reaches the rows of every team', async () => {
    const browser = await world.owner()
    const { teamId, userId } = await browser.me()
    const second = await browser.post('/teams', { name: 'Northwind' })
    expect((await browser.send('PATCH', '/me', { name: 'Mara L.' })).status).toBe(200)
    expect(world.rows.get(`member/${teamId}/${userId}`)).toMatchObject({ name: 'Mara L.' })
    expect(world.rows.get(`member/${String(second.body['id'])}/${userId}`)).toMatchObject({ name: 'Mara L.' })
  })

  test('an email can’t be taken from somebody else', async () => {
    const browser = await world.owner()
    const jonas = await world.joined(browser, 'member')
    expect((await jonas.send('PATCH', '/me', { email: 'MARA@example.test' })).status).toBe(409)
    expect((await jonas.send('PATCH', '/me', { email: 'jonas@example.test' })).body).toMatchObject({
      user: { email: 'jonas@example.test' },
    })
  })

  test('the password changes only with the current one, and guessing it is limited', async () => {
    const browser = await world.owner()
    const other = world.browser()
    await other.post('/auth/sign-in', { email: mara.email, password: PASSWORD })
    expect((await browser.post('/me/password', { newPassword: 'green tractor sings' })).status).toBe(403)
    expect(
      (await browser.post('/me/password', { currentPassword: 'wrong one here', newPassword: 'green tractor sings' }))
        .status,
    ).toBe(403)
    const body = { currentPassword: PASSWORD, newPassword: 'green tractor sings', signOutOthers: true }
    expect((await browser.post('/me/password', body)).body).toEqual({ devicesSignedOut: 1 })
    expect((await other.get('/me')).status).toBe(401)
    expect((await browser.get('/me')).status).toBe(200)
    for (let i = 0; i < 5; i++)
      await browser.post('/me/password', { currentPassword: 'guess', newPassword: 'green tractor sings' })
    const limited = await browser.post('/me/password', {
      currentPassword: 'green tractor sings',
      newPassword: PASSWORD,
    })
    expect(limited.status).toBe(429)
  })

  test('what adds a way in needs a recent sign-in', async () => {
    const browser = await world.owner()
    world.clock.now += 25 * 60 * 60_000
    expect((await browser.post('/me/passkeys/options')).status).toBe(403)
    expect((await browser.send('PATCH', '/me', { email: 'new@example.test' })).status).toBe(403)
    expect((await browser.get('/me/ways-in')).body).toMatchObject({ password: true, passkeys: [], fresh: false })
  })
})
