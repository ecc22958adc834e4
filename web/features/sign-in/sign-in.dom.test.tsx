import { noPush, noStorage } from '../../dev/no-push.ts'
import { createMemoryHistory } from '@tanstack/solid-router'
import axe from 'axe-core'
import { render } from 'solid-js/web'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { App } from '../../app.tsx'
import { createMemoryWorkspace } from '../../dev/memory-workspace.ts'
import { seed, seedIds } from '../../dev/seed.ts'
import { createAppRouter } from '../../routes.tsx'
import { createMemoryDeviceStore } from '../../state/device-store.ts'
import { browserPlatform } from '../../state/platform.ts'

type Asked = { readonly method: string; readonly path: string; readonly body: unknown }
type Reply = { readonly status?: number; readonly body: unknown }

let asked: Asked[] = []
let replies: Record<string, Reply | 'offline'> = {}
let signedIn = false
let dispose: (() => void) | undefined

beforeEach(() => {
  asked = []
  signedIn = false
  replies = {
    'GET /auth/state': { body: { firstStart: false, passkeys: false, server: 'localhost:4400' } },
  }
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const method = init.method ?? 'GET'
    const path = input.replace('/api/v1', '')
    asked.push({ method, path, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined })
    const reply = replies[`${method} ${path}`]
    if (reply === undefined || reply === 'offline') throw new TypeError('Failed to fetch')
    return Response.json(reply.body, { status: reply.status ?? 200 })
  })
})
afterEach(() => {
  dispose?.()
  document.body.replaceChildren()
  window.location.hash = ''
  vi.unstubAllGlobals()
})

function open(path: string, hash = '') {
  window.location.hash = hash
  const root = document.body.appendChild(document.createElement('div'))
  const workspace = createMemoryWorkspace({
    userId: seedIds.mara,
    teamId: seedIds.team,
    rows: seed(Date.parse('2026-03-02T10:00:00Z')).rows,
  })
  const router = createAppRouter(createMemoryHistory({ initialEntries: [path] }))
  const deps = {
    router,
    platform: browserPlatform,
    deviceStore: createMemoryDeviceStore(),
    fetchMe: async () => (signedIn ? { type: 'me' as const, me: seedIds.me } : { type: 'signed_out' as const }),
    forgetTeam: async () => undefined,
    openWorkspace: async () => workspace,
    push: noPush,
    deviceStorage: noStorage,
    registration: undefined,
    install: undefined,
    onLaunch: undefined,
    storage: localStorage,
    reload: () => undefined,
  }
  dispose = render(() => <App deps={deps} />, root)
  return router
}

const text = () => document.body.textContent ?? ''
const field = (name: string) => {
  const input = document.querySelector<HTMLInputElement>(`input[name="${name}"]`)
  if (input === null) throw new Error(`no field ${name} in: ${text()}`)
  return input
}
const type = (name: string, value: string) => {
  field(name).value = value
  field(name).dispatchEvent(new InputEvent('input', { bubbles: true }))
}
const press = (words: string) => {
  const found = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === words)
  if (found === undefined) throw new Error(`no button ${words} in: ${text()}`)
  found.click()
}
/** Under load a page may take a while. */
const wait = { timeout: 5000 }
const violations = async () =>
  (
    await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })
  ).violations.map((violation) => violation.id)

describe('the welcome page', () => {
  const token = 't'.repeat(43)
  test('makes the account from what was typed, which stays when the server refuses', async () => {
    replies['POST /auth/links/look'] = { body: { kind: 'welcome', expiresAt: 1 } }
    replies['POST /auth/links/password'] = {
      status: 400,
      body: { error: 'Choose another.', refusal: { code: 'invalid' } },
    }
    const router = open('/welcome', `#token=${token}`)
    await expect.poll(text, wait).toContain('Make the first account')
    expect(await violations()).toEqual([])
    type('name', 'Mara Lind')
    type('email', 'mara@example.test')
    type('password', 'short')
    press('Create account')
    await expect.poll(() => field('password').getAttribute('aria-invalid')).toBe('true')
    expect(asked.some(({ path }) => path === '/auth/links/password')).toBe(false)
    type('password', 'blue tractor sings')
    press('Create account')
    await expect.poll(text, wait).toContain('Choose another.')
    expect(field('name').value).toBe('Mara Lind')
    expect(field('password').value).toBe('blue tractor sings')
    replies['POST /auth/links/password'] = { status: 201, body: {} }
    signedIn = true
    press('Create account')
    await expect.poll(() => router.state.location.pathname).toBe('/runs')
    expect(asked.findLast(({ path }) => path === '/auth/links/password')?.body).toEqual({
      step: { kind: 'welcome', token, name: 'Mara Lind', email: 'mara@example.test' },
      password: 'blue tractor sings',
    })
  })

  test.each([
    [410, 'expired', 'This link has been used.', 'This link has ended'],
    [404, 'not_found', 'This link is not known here.', 'This link is not known here'],
  ])('an ended or unknown link says so and what to do (%d)', async (status, code, error, title) => {
    replies['POST /auth/links/look'] = { status, body: { error, refusal: { code } } }
    open('/welcome', `#token=${token}`)
    await expect.poll(text, wait).toContain(title)
    await expect.poll(text, wait).toContain('Sign in if you have an account. While nobody has one')
    expect(await violations()).toEqual([])
  })

  test('without the server it offers to try again', async () => {
    replies['POST /auth/links/look'] = 'offline'
    open('/welcome', `#token=${token}`)
    await expect.poll(text, wait).toContain('can’t be reached')
    replies['POST /auth/links/look'] = { body: { kind: 'welcome', expiresAt: 1 } }
    press('Try again')
    await expect.poll(text, wait).toContain('Make the first account')
  })

  test('half a link says what is missing', async () => {
    open('/welcome')
    await expect.poll(text, wait).toContain('The address is not complete')
  })
})

describe('the sign-in page', () => {
  test('says what is wrong, keeps what was typed, and goes where one wanted', async () => {
    replies['POST /auth/sign-in'] = {
      status: 429,
      body: {
        error: 'Too many tries. Wait 15 min, then try again.',
        refusal: { code: 'rate_limited' },
        retryAfterSeconds: 900,
      },
    }
    const router = open('/sign-in?next=%2Fruns%3Ffilter%3Dmine')
    await expect.poll(text, wait).toContain('to Drover on localhost:4400')
    expect(await violations()).toEqual([])
    type('email', 'mara@example.test')
    type('password', 'blue tractor sings')
    press('Sign in')
    await expect.poll(text, wait).toContain('Wait 15 min')
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('Too many tries')
    expect(field('email').value).toBe('mara@example.test')
    replies['POST /auth/sign-in'] = { body: {} }
    signedIn = true
    press('Sign in')
    await expect.poll(() => router.state.location.href).toContain('/runs')
  })

  test('before the first account it points to the terminal', async () => {
    replies['GET /auth/state'] = { body: { firstStart: true, passkeys: true, server: 'localhost:4400' } }
    open('/sign-in')
    await expect.poll(text, wait).toContain('Open the sign-in link that the terminal printed')
  })

  test('with a reset link it sets a new password', async () => {
    replies['POST /auth/links/look'] = {
      body: { kind: 'reset', expiresAt: 1, person: { name: 'Mara', email: 'mara@example.test' } },
    }
    replies['POST /auth/links/password'] = { status: 201, body: {} }
    open('/sign-in', '#reset=abc')
    await expect.poll(text, wait).toContain('For mara@example.test')
    type('password', 'green tractor sings')
    press('Save and sign in')
    await expect.poll(() => asked.some(({ path }) => path === '/auth/links/password')).toBe(true)
    expect(asked.findLast(({ path }) => path === '/auth/links/password')?.body).toEqual({
      step: { kind: 'reset', token: 'abc', signOutOthers: true },
      password: 'green tractor sings',
    })
  })
})

describe('invitation and pairing', () => {
  test('an invitation names team, role and inviter; who is signed in joins with one press', async () => {
    signedIn = true
    replies['POST /auth/links/look'] = {
      body: { kind: 'invite', expiresAt: 1, offer: { teamName: 'Northwind', role: 'member', invitedBy: 'Jonas' } },
    }
    replies['POST /invitations/accept'] = { body: { teamId: 'team' } }
    const router = open('/invite/team', '#token=abc')
    await expect.poll(text, wait).toContain('Join Northwind')
    await expect.poll(text, wait).toContain('Jonas invites you as member')
    await expect.poll(text, wait).toContain('Join as')
    expect(await violations()).toEqual([])
    press(`Join as ${seedIds.me.user.name}`)
    await expect.poll(() => router.state.location.pathname).toBe('/runs')
    expect(asked.findLast(({ path }) => path === '/invitations/accept')?.body).toEqual({ token: 'abc' })
  })

  test('pairing shows whose account and which server before anything happens', async () => {
    replies['POST /pairing/look'] = {
      body: { name: 'Mara', email: 'mara@example.test', server: 'box:4400', expiresAt: 1 },
    }
    open('/pair/phone', '#token=abc')
    await expect.poll(text, wait).toContain('Mara · mara@example.test')
    await expect.poll(text, wait).toContain('on box:4400')
    expect(await violations()).toEqual([])
    press('Not me')
    await expect.poll(text, wait).toContain('Nothing was changed')
    expect(asked.some(({ path }) => path === '/pairing/accept')).toBe(false)
  })
})

describe('settings', () => {
  beforeEach(() => {
    signedIn = true
    replies['GET /me/ways-in'] = { body: { password: true, passkeys: [], passkeysWork: false, fresh: true } }
    replies['GET /devices'] = {
      body: {
        devices: [
          { id: 'a', name: 'Chrome on Linux', kind: 'computer', current: true, signedInAt: 1, lastSeenAt: 2 },
          {
            id: 'b',
            name: 'Safari on iPhone',
            kind: 'phone',
            current: false,
            signedInAt: 1,
            lastSeenAt: 2,
            address: '192.0.2.4',
          },
        ],
      },
    }
  })

  test('a device is signed out only after asking', async () => {
    replies['DELETE /devices/b'] = { body: {} }
    open('/settings/devices')
    await expect.poll(text, wait).toContain('Safari on iPhone')
    expect(await violations()).toEqual([])
    document.querySelector<HTMLElement>('[aria-label="Sign out Safari on iPhone"]')?.click()
    await expect.poll(text, wait).toContain('Sign out Safari on iPhone?')
    expect(asked.some(({ method }) => method === 'DELETE')).toBe(false)
    const dialog = document.querySelector('[role="dialog"]')
    ;[...(dialog?.querySelectorAll('button') ?? [])].find((button) => button.textContent === 'Sign out')?.click()
    await expect.poll(() => asked.some(({ method, path }) => method === 'DELETE' && path === '/devices/b')).toBe(true)
  })

  test('pairing says plainly that a phone can’t reach this computer', async () => {
    replies['POST /pairing'] = {
      status: 201,
      body: {
        id: 'p',
        url: 'http://localhost:4400/pair/phone#token=x',
        endsInMs: 300_000,
        reachable: false,
      },
    }
    open('/settings/devices')
    await expect.poll(text, wait).toContain('Pair a phone')
    press('Pair a phone')
    await expect.poll(text, wait).toContain('A phone can’t reach this server')
    await expect.poll(text, wait).toContain('--public-url')
  })

  test('what needs the server says so when it is away, the rest is there', async () => {
    replies = {}
    open('/settings/team')
    await expect.poll(text, wait).toContain('Members')
    expect(text()).toContain(seedIds.me.user.name)
    await expect.poll(text, wait).toContain('needs the server')
  })
})
