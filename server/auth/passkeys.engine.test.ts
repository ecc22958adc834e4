import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD, openAuthWorld, tokenOf } from '#test/auth-world.ts'
import type { AuthWorld } from '#test/auth-world.ts'
import { adminResetLink } from './admin-links.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
)
const required = process.env['DROVER_REQUIRE'] === 'all'

/** Asks for options, lets the browser's authenticator answer them, and brings the answer back; gives both statuses. */
async function ceremony(page: Page, make: 'create' | 'get', paths: readonly [string, string], body: object) {
  return await page.evaluate(
    async ([kind, [first, second], given]) => {
      const post = (path: string, value: object) =>
        fetch(`/api/v1${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(value),
        })
      const asked = await post(first, given)
      const options = await asked.json()
      if (!asked.ok) return { status: asked.status, error: String(options.error) }
      const credential =
        kind === 'create'
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
      if (!(credential instanceof PublicKeyCredential)) return { status: 0, error: 'no credential' }
      const answered = await post(second, { ...given, response: credential.toJSON() })
      return { status: answered.status, error: String((await answered.json()).error) }
    },
    [make, paths, body] as const,
  )
}

const LINK = ['/auth/links/passkey/options', '/auth/links/passkey/verify'] as const
const SIGN_IN = ['/auth/passkey/options', '/auth/passkey/verify'] as const
const ADD = ['/me/passkeys/options', '/me/passkeys'] as const

describe.skipIf(executablePath === undefined && !required)('passkeys in Chromium', () => {
  let world: AuthWorld
  let browser: Browser
  let origin: string
  let close: () => void
  beforeAll(async () => {
    if (executablePath === undefined) throw new Error('DROVER_REQUIRE=all, but there is no Chromium on this machine')
    const port = await freePort()
    origin = `http://localhost:${port}`
    world = await openAuthWorld({ publicUrl: origin })
    const app = new Hono().get('/', (c) => c.html('<!doctype html><title>Drover</title>')).route('/', world.app)
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
    close = () => void server.close()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    close?.()
    await world?.close()
  })

  /** A browser profile of its own, with a device in it that checks its holder, or does not. */
  async function openPage(options: { readonly verifies: boolean } = { verifies: true }): Promise<Page> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: options.verifies,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(origin)
    return page
  }
  const me = (page: Page) => page.evaluate(async () => (await fetch('/api/v1/me')).status)
  const signOut = async (page: Page) => {
    await page.evaluate(() => fetch('/api/v1/auth/sign-out', { method: 'POST' }))
    expect(await me(page)).toBe(401)
  }

  test('the first account is made with a passkey alone, which then signs in; the link is used up', async () => {
    const page = await openPage()
    const token = tokenOf((await world.auth.firstStartLink())?.url)
    const step = { kind: 'welcome', token, name: 'Mara Lind', email: 'mara@example.test' }
    expect(await ceremony(page, 'create', LINK, { step })).toMatchObject({ status: 201 })
    expect(await me(page)).toBe(200)
    await signOut(page)
    expect(await ceremony(page, 'get', SIGN_IN, {})).toMatchObject({ status: 200 })
    expect(await me(page)).toBe(200)
    expect(await ceremony(page, 'create', LINK, { step })).toEqual({ status: 410, error: 'This link has been used.' })
    const [kept] = await world.database.query<{ name: string }>('select name from passkey')
    expect(kept?.name).toMatch(/Chrome on /)
  })

  test('the only way in can’t be removed, a second one can be added and removed', async () => {
    const page = await openPage()
    const link = await adminResetLink(world.auth.parts.deps, 'mara@example.test')
    if (!link.ok) throw new Error('no link')
    const step = { kind: 'reset', token: tokenOf(link.value.url), signOutOthers: false }
    expect(await ceremony(page, 'create', LINK, { step })).toMatchObject({ status: 201 })
    const listed = () =>
      page.evaluate(async () =>
        (await (await fetch('/api/v1/me/ways-in')).json()).passkeys.map((key: { id: string }) => key.id),
      )
    const remove = (id: string) =>
      page.evaluate(async (which) => (await fetch(`/api/v1/me/passkeys/${which}`, { method: 'DELETE' })).status, id)
    const [newest, oldest] = await listed()
    expect(await remove(oldest)).toBe(200)
    expect(await remove(newest)).toBe(409)
    expect(await remove(oldest)).toBe(404)
    expect(await listed()).toEqual([newest])
  })

  test('a removed passkey no longer signs in, an unknown one never does', async () => {
    const page = await openPage()
    expect(await ceremony(page, 'create', ADD, {})).toMatchObject({ status: 401 })
    const jonas = await openPage()
    const by = world.browser()
    const link = await adminResetLink(world.auth.parts.deps, 'mara@example.test')
    if (!link.ok) throw new Error('no link')
    const step = { kind: 'reset', token: tokenOf(link.value.url), signOutOthers: true }
    expect((await by.post('/auth/links/password', { step, password: PASSWORD })).status).toBe(201)
    const { teamId } = await by.me()
    const invitation = await by.post(`/teams/${teamId}/invitations`, { role: 'member' })
    const join = {
      kind: 'invite',
      token: tokenOf(String(invitation.body['url'])),
      name: 'Jonas',
      email: 'jonas@example.test',
    }
    expect(await ceremony(jonas, 'create', LINK, { step: join })).toMatchObject({ status: 201 })
    await world.database.query(
      'delete from passkey where user_id = (select id from "user" where email = \'jonas@example.test\')',
    )
    await signOut(jonas)
    expect(await ceremony(jonas, 'get', SIGN_IN, {})).toMatchObject({ status: 401 })
  })

  test('a device that does not check its holder is refused, and leaves neither account nor used link', async () => {
    const by = world.browser()
    await by.post('/auth/sign-in', { email: 'mara@example.test', password: PASSWORD })
    const { teamId } = await by.me()
    const invitation = await by.post(`/teams/${teamId}/invitations`, { role: 'viewer' })
    const token = tokenOf(String(invitation.body['url']))
    const page = await openPage({ verifies: false })
    const step = { kind: 'invite', token, name: 'Ada', email: 'ada@example.test' }
    await expect(ceremony(page, 'create', LINK, { step })).rejects.toThrow()
    expect(await world.database.query('select 1 from "user" where email = \'ada@example.test\'')).toEqual([])
    expect((await world.browser().post('/auth/links/look', { kind: 'invite', token })).status).toBe(200)
  })
})

/** A port that nothing listens on: the passkeys' origin must be known before the server is made. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
