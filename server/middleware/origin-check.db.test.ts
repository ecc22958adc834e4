import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuthWorld, TestBrowser } from '#test/auth-world.ts'
import { openAuthWorld } from '#test/auth-world.ts'
import { createOriginChecks } from './origin-check.ts'

let world: AuthWorld
let browser: TestBrowser
beforeAll(async () => {
  world = await openAuthWorld()
  browser = await world.owner()
})
afterAll(() => world.close())

describe('requests from elsewhere', () => {
  test.each([
    'https://evil.test',
    'http://localhost:4401',
    'https://localhost:4400',
    'http://localhost:4400.evil.test',
    'null',
    'http://127.0.0.1:4400',
  ])('with origin %s nothing changes', async (origin) => {
    const answer = await browser.send('PATCH', '/me', { name: 'Mallory' }, { origin })
    expect(answer.status).toBe(403)
    expect((await browser.get('/me')).body).toMatchObject({ user: { name: 'Mara Lind' } })
  })

  test('a cookie without an origin is not taken for a program', async () => {
    expect((await browser.send('PATCH', '/me', { name: 'Mallory' }, { origin: '' })).status).toBe(403)
  })

  test('a form’s content type is refused', async () => {
    const answer = await browser.send('PATCH', '/me', '{"name":"Mallory"}', { 'content-type': 'text/plain' })
    expect(answer.status).toBe(415)
  })

  test('a name that was pointed at this machine is refused, before anything is read', async () => {
    for (const host of ['evil.test:4400', 'localhost:80', 'localhost.evil.test:4400']) {
      expect((await browser.send('GET', '/me', undefined, { host })).status).toBe(421)
    }
  })

  test('other names of this machine are sent to the right one', async () => {
    const response = await world.app.request('http://127.0.0.1:4400/runs?x=1', {
      headers: { host: '127.0.0.1:4400', 'sec-fetch-mode': 'navigate' },
    })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('http://localhost:4400/runs?x=1')
  })
})

describe('sockets', () => {
  const checks = createOriginChecks({ publicUrl: new URL('https://drover.example.test'), port: 4400 })
  const ask = (headers: Record<string, string>) => checks.isAllowedOrigin(new Headers(headers))
  test('a browser’s upgrade needs our origin; a program with a key needs none', () => {
    expect(ask({ origin: 'https://drover.example.test', cookie: 'a=b' })).toBe(true)
    expect(ask({ origin: 'https://drover.example.test.evil.test' })).toBe(false)
    expect(ask({ origin: 'http://drover.example.test' })).toBe(false)
    expect(ask({ cookie: 'a=b' })).toBe(false)
    expect(ask({ authorization: 'Bearer drv_x' })).toBe(true)
  })
  test('a runner may reach us by any name, a page may not', () => {
    const reach = (headers: Record<string, string>) => checks.isAllowedHost(new Headers(headers))
    expect(reach({ host: 'host.docker.internal:4400', authorization: 'Bearer drv_x' })).toBe(true)
    expect(reach({ host: 'host.docker.internal:4400', authorization: 'Bearer drv_x', cookie: 'a=b' })).toBe(false)
    expect(reach({ host: 'host.docker.internal:4400' })).toBe(false)
    expect(reach({ host: 'drover.example.test' })).toBe(true)
  })
})

describe('answers', () => {
  test('carry the headers that keep browsers in bounds', async () => {
    const { headers } = await browser.get('/me')
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self' .*connect-src 'self' ws:\/\/localhost:4400;.*frame-ancestors 'none'/,
    )
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe-inline/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('too large a body is 413, not JSON is 400, an unknown route 404, all in words', async () => {
    const large = await browser.post('/auth/sign-in', { email: 'a@example.test', password: 'x'.repeat(70_000) })
    expect([large.status, large.body['error']]).toEqual([413, 'The request is larger than 64 KB.'])
    expect((await browser.post('/auth/sign-in', '{"email":')).status).toBe(400)
    expect((await browser.post('/auth/sign-in', { email: 1 })).status).toBe(400)
    const unknown = await browser.get('/nothing')
    expect([unknown.status, unknown.body['refusal']]).toEqual([
      404,
      { code: 'not_found', detail: 'There is no GET /api/v1/nothing.' },
    ])
  })

  test('an error of ours is one line in the log and says nothing outside', async () => {
    const broken = await openAuthWorld()
    await broken.auth.close()
    await broken.database.close()
    const answer = await broken.browser().get('/auth/state')
    expect([answer.status, answer.body['error']]).toEqual([500, 'Something failed on the server. Its log says what.'])
    expect(broken.logged).toEqual(['a request failed'])
  })
})
