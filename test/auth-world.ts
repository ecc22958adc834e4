import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { Member, Role } from '#shared/domain/team.ts'
import type { Auth } from '#server/auth/create-auth.ts'
import { createAuth } from '#server/auth/create-auth.ts'
import type { TeamRows } from '#server/auth/ports.ts'
import { SMALL_BODY, limitBody } from '#server/middleware/body-limits.ts'
import { clientAddress } from '#server/middleware/client-address.ts'
import type { Environment } from '#server/middleware/environment.ts'
import { watchReachability } from '#server/db/reachability.ts'
import { handleErrors, unknownRoute } from '#server/middleware/errors.ts'
import { createOriginChecks } from '#server/middleware/origin-check.ts'
import { securityHeaders } from '#server/middleware/security-headers.ts'
import { authRoutes } from '#server/routes/auth-routes.ts'
import { openTestDatabase } from './db.ts'
import type { TestDatabase } from './db.ts'

export type AuthWorld = {
  readonly auth: Auth
  readonly app: Hono<Environment>
  readonly database: TestDatabase
  readonly clock: { now: number }
  /** What the synced side was told: `team/<id>` and `member/<team>/<user>` with their last value. */
  readonly rows: Map<string, unknown>
  readonly logged: string[]
  /** A browser with its own cookies. */
  browser(options?: { readonly userAgent?: string; readonly address?: string }): TestBrowser
  /** The first person, signed in. */
  owner(): Promise<TestBrowser>
  /** One more person in the team of `by`, signed in. */
  joined(by: TestBrowser, role: Role, name?: string): Promise<TestBrowser>
  close(): Promise<void>
}

export type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

export type TestBrowser = {
  readonly cookies: Map<string, string>
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  me(): Promise<{ userId: string; teamId: string; role: string; sessionId: string }>
  headers(): Headers
}

export const PASSWORD = 'blue tractor sings'
const START = Date.parse('2026-03-02T10:00:00Z')

/** A whole server of accounts on a real database, spoken to as browsers do, on a clock of the test's own. */
export async function openAuthWorld(
  options: { readonly publicUrl?: string; readonly database?: TestDatabase } = {},
): Promise<AuthWorld> {
  const database = options.database ?? (await openTestDatabase())
  const publicUrl = new URL(options.publicUrl ?? 'http://localhost:4400')
  // better-auth goes by the real clock, so ours starts there and only ever runs ahead.
  const clock = { now: Math.max(START, Date.now()) }
  const rows = new Map<string, unknown>()
  const logged: string[] = []
  const note = (_facts: object, message: string): void => void logged.push(message)
  let drawn = 0
  const teamRows: TeamRows = {
    async putTeam(team) {
      rows.set(`team/${team.id}`, team)
    },
    async putMember(teamId, member: Member) {
      rows.set(`member/${teamId}/${member.userId}`, member)
    },
    async removeMember(teamId, userId) {
      rows.delete(`member/${teamId}/${userId}`)
    },
    async membershipChanged() {},
  }
  const seed = `${process.pid} ${performance.now()}`
  const auth = createAuth({
    database,
    publicUrl,
    secret: createHash('sha512').update('a secret of the tests').digest('base64url'),
    teamRows,
    log: { info: note, warn: note, error: note },
    now: () => clock.now,
    randomBytes: (size) => createHash('shake256', { outputLength: size }).update(`${seed} ${drawn++}`).digest(),
  })
  await auth.start()
  const reachability = watchReachability({
    database,
    now: () => clock.now,
    log: { info: note, warn: note, error: note },
  })
  const checks = createOriginChecks({ publicUrl, port: 4400 })
  const app = new Hono<Environment>()
    .use(securityHeaders(publicUrl), clientAddress, checks.hosts, checks.origins)
    .use('/api/v1/*', limitBody(SMALL_BODY))
    .route('/api/v1', authRoutes(auth))
    .notFound(unknownRoute)
    .onError(handleErrors({ log: { error: note }, reachability }))

  const world: AuthWorld = {
    auth,
    app,
    database,
    clock,
    rows,
    logged,
    browser({
      userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      address,
    } = {}) {
      const cookies = new Map<string, string>()
      const headers = (): Headers => {
        const all = new Headers({ host: publicUrl.host, 'user-agent': userAgent })
        if (cookies.size > 0) all.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
        return all
      }
      const browser: TestBrowser = {
        cookies,
        headers,
        async send(method, path, body, more = {}) {
          const all = headers()
          if (method !== 'GET') all.set('origin', publicUrl.origin)
          if (body !== undefined) all.set('content-type', 'application/json')
          for (const [name, value] of Object.entries(more)) {
            if (value === '') all.delete(name)
            else all.set(name, value)
          }
          const init: RequestInit = {
            method,
            headers: all,
            ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          }
          const bindings = address === undefined ? {} : { incoming: { socket: { remoteAddress: address } } }
          const response = await app.request(`${publicUrl.origin}/api/v1${path}`, init, bindings)
          for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie)
          const text = await response.text()
          return {
            status: response.status,
            body: text.startsWith('{') ? JSON.parse(text) : { text },
            headers: response.headers,
          }
        },
        get: (path) => browser.send('GET', path),
        post: (path, body) => browser.send('POST', path, body),
        async me() {
          const actor = await auth.getActor(headers())
          if (!actor) throw new Error('nobody is signed in')
          return actor
        },
      }
      return browser
    },
    async owner() {
      const link = await auth.firstStartLink()
      const browser = world.browser()
      const step = { kind: 'welcome', token: tokenOf(link?.url), name: 'Mara Lind', email: 'mara@example.test' }
      expectStatus(await browser.post('/auth/links/password', { step, password: PASSWORD }), 201)
      return browser
    },
    async joined(by, role, name = 'Jonas Orr') {
      clock.now += 1000
      const { teamId } = await by.me()
      const invitation = await by.post(`/teams/${teamId}/invitations`, { role })
      const browser = world.browser()
      const step = {
        kind: 'invite',
        token: tokenOf(String(invitation.body['url'])),
        name,
        email: `${name.toLowerCase().replaceAll(' ', '.')}@example.test`,
      }
      expectStatus(await browser.post('/auth/links/password', { step, password: PASSWORD }), 201)
      return browser
    },
    async close() {
      await auth.close()
      if (!options.database) await database.close()
    },
  }
  return world
}

/** The token in the fragment of a link. */
export function tokenOf(url: string | undefined): string {
  const token = /#(?:token|reset)=(.+)$/.exec(url ?? '')?.[1]
  if (token === undefined) throw new Error(`no token in ${url}`)
  return token
}

function keep(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split('; ')
  const split = pair.indexOf('=')
  const name = pair.slice(0, split)
  const value = pair.slice(split + 1)
  if (value === '' || attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, value)
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`)
}
