import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId, openWorld, type Person, type World } from '../world.ts'
import { collectLog, levels } from './log-lines.ts'
import { boundOf, problem, restCases, setStage, type RestCase, type Stage } from './rest-cases.ts'

let world: World
let stage: Stage
const { log, lines } = collectLog()
beforeAll(async () => {
  world = await openWorld({ log, environment: { DROVER_WEB_DIR: '/nowhere' } })
  stage = await setStage(world)
})
beforeEach(() => world.database.query('delete from rate_limit'))
afterEach(() => {
  // Whatever comes from outside is no failure of the server.
  const failures = lines.splice(0).filter((line) => line.level >= levels.error)
  if (failures.length > 0) throw new Error(`the server failed: ${JSON.stringify(failures)}`)
})
afterAll(() => world.close())

type Answered = { readonly status: number; readonly body: unknown; readonly headers: Record<string, unknown> }
type Sent = {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Says that so much will come, and sends nothing. */
  readonly announced?: number
}

/** A request as it is, with nothing that `fetch` would add or forbid. */
function send({ method, path, headers = {}, body, announced }: Sent): Promise<Answered> {
  const url = new URL(path, world.url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname + url.search,
        method,
        headers: {
          host: url.host,
          ...(announced === undefined ? {} : { 'content-length': String(announced) }),
          ...headers,
        },
        agent: false,
      },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString()
          const isJson = String(response.headers['content-type']).startsWith('application/json')
          resolve({
            status: response.statusCode ?? 0,
            body: isJson ? JSON.parse(text) : text,
            headers: response.headers,
          })
          sent.destroy()
        })
      },
    )
    sent.on('error', reject)
    if (announced === undefined) sent.end(body)
    else sent.flushHeaders()
  })
}

type Prepared = { readonly sent: Sent; readonly me: Person }

/** The request of a case as its person's browser, or runner, sends it, from an address of its own. */
async function prepare(name: string, one: RestCase): Promise<Prepared> {
  const [method = '', pattern = ''] = name.split(' ')
  const me = (await one.as?.(stage)) ?? stage.mara
  const body = one.raw ?? (one.body === undefined ? undefined : JSON.stringify(await one.body(stage, me)))
  const path = (await one.path?.(stage, me)) ?? pattern
  const who =
    one.access === 'key'
      ? { authorization: `Bearer ${await world.runnerKey()}` }
      : { cookie: me.cookie(), origin: world.server.url.origin }
  const type = one.body === undefined ? {} : { 'content-type': 'application/json' }
  return {
    me,
    sent: {
      method,
      path,
      headers: { ...who, ...type, ...from(), ...one.headers },
      ...(body === undefined ? {} : { body }),
    },
  }
}

let addresses = 0
/** Each request from another address, so that only the tests of the limits meet them. */
function from(): Record<string, string> {
  addresses++
  return { 'x-forwarded-for': `2001:db8::${addresses.toString(16)}` }
}

const without = ({ headers = {}, ...sent }: Sent, ...names: string[]): Sent => ({
  ...sent,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name))),
})
const withHeaders = (sent: Sent, headers: Record<string, string>): Sent => ({
  ...sent,
  headers: { ...sent.headers, ...headers },
})

const all = Object.entries(restCases)
const changing = all.filter(([name, one]) => !name.startsWith('GET ') && one.leadsOn === undefined)
const api = all.filter(([name]) => name.includes(' /api/'))

test('there is a case for every route of the server, and no other', () => {
  const routes = world.server.endpoints.filter(({ method }) => method !== 'SOCKET')
  expect(Object.keys(restCases).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort())
  expect(world.server.endpoints.filter(({ method }) => method === 'SOCKET').map(({ path }) => path)).toEqual([
    '/api/sync/socket',
    '/api/plan/:planId',
    '/api/terminal/:runId',
    '/api/runner/socket',
  ])
})

const named = (names: typeof all) => names.map(([name, one]) => ({ name, one }))
const closed = all.filter(([, one]) => one.access !== 'open')
const withBody = changing.filter(([, one]) => one.body !== undefined)

describe('every route', () => {
  test.each(named(all))('$name answers as its clients know it', async ({ name, one }) => {
    const { sent } = await prepare(name, one)
    const { status, body, headers } = await send(sent)
    expect({ status, body }).toMatchObject({ status: one.status })
    if (one.answer === undefined) expect(typeof body).toBe('string')
    else expect(one.answer.safeParse(body)).toMatchObject({ success: true })
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test.each(named(all.filter(([name]) => name !== 'GET /health')))(
    '$name does not answer under another name of the machine',
    async ({ name, one }) => {
      const { sent } = await prepare(name, one)
      const { status, body } = await send(withHeaders(without(sent, 'authorization'), { host: 'evil.test' }))
      expect(status).toBe(421)
      expect(problem.parse(body).error).toMatch(/Start it with --public-url to change that\.$/)
    },
  )

  test.each(named(closed))('$name asks who it is before anything else', async ({ name, one }) => {
    const { sent } = await prepare(name, one)
    const { status, body } = await send({
      ...without(sent, 'cookie', 'authorization'),
      ...(sent.body === undefined ? {} : { body: '{' }),
    })
    expect(status).toBe(401)
    expect(problem.parse(body).error).toMatch(/^(?:Sign in first\.|This needs an agent key)/)
    const wrong = { cookie: stage.mara.cookie().replace('=', '=x'), authorization: `Bearer drv_${'x'.repeat(40)}` }
    const guess = one.access === 'key' ? { authorization: wrong.authorization } : { cookie: wrong.cookie }
    expect((await send(withHeaders(sent, guess))).status).toBe(401)
  })
})

describe('every route that changes something', () => {
  const sites = [
    { site: 'another site', origin: 'https://evil.test' },
    { site: 'a hidden page', origin: 'null' },
    { site: 'no site', origin: undefined },
  ]
  const byPages = named(changing.filter(([, one]) => one.access !== 'key'))
  test.each(byPages.flatMap((route) => sites.map((site) => ({ ...route, ...site }))))(
    '$name changes nothing for $site',
    async ({ name, one, origin }) => {
      const { sent } = await prepare(name, one)
      const asked = origin === undefined ? without(sent, 'origin') : withHeaders(sent, { origin })
      const { status, body } = await send(asked)
      expect(status).toBe(403)
      expect(problem.parse(body).error).toMatch(/^This request comes from another site/)
    },
  )

  test.each(named(changing))('$name refuses a body over its bound', async ({ name, one }) => {
    const { sent } = await prepare(name, one)
    const { body: _body, ...rest } = sent
    const { status, body } = await send({ ...rest, announced: boundOf(one) + 1 })
    expect(status).toBe(413)
    expect(problem.parse(body)).toMatchObject({
      error: `The request is larger than ${boundOf(one) / 1024} KB.`,
      refusal: { code: 'too_large' },
    })
  })

  test.each(named(withBody))('$name refuses what is no JSON, or another kind of body', async ({ name, one }) => {
    const { sent } = await prepare(name, one)
    for (const body of ['', '{', '[1', '"text"', 'null', '[]']) {
      const answered = await send({ ...withHeaders(sent, from()), body })
      expect(answered.status).toBe(400)
      expect(problem.parse(answered.body).refusal.code).toBe('invalid')
    }
    const form = await send(withHeaders(sent, { 'content-type': 'text/plain', ...from() }))
    expect([form.status, problem.parse(form.body).error]).toEqual([415, 'Send the body as application/json.'])
  })

  test.each(named(withBody))(
    '$name refuses each field that is missing or of another kind, by its name',
    async ({ name, one }) => {
      const { sent, me } = await prepare(name, one)
      const sample = Object(await one.body?.(stage, me))
      for (const field of Object.keys(sample)) {
        const rest = Object.fromEntries(Object.entries(sample).filter(([key]) => key !== field))
        const wrong = [
          { ...rest, [field]: { not: ['this'] } },
          ...(one.optional?.includes(field) === true ? [] : [rest]),
        ]
        for (const body of wrong) {
          const answered = await send({ ...withHeaders(sent, from()), body: JSON.stringify(body) })
          expect({ field, ...answered }).toMatchObject({ status: 400 })
          expect(problem.parse(answered.body).error).toMatch(new RegExp(`^${field}\\b`))
        }
      }
    },
  )
})

describe('ids', () => {
  const aboutIds = all.filter(([name]) => name.includes(':'))

  test.each(aboutIds)('%s: one that the database could not even hold is not there', async (name, one) => {
    const { sent } = await prepare(name, one)
    const [, pattern = ''] = name.split(' ')
    for (const id of ['%00', 'x%00y', '%E0%A4%A', '..%2f..', 'x'.repeat(2000), "'%20or%201=1"]) {
      const answered = await send({ ...withHeaders(sent, from()), path: pattern.replaceAll(/:\w+/g, id) })
      expect([400, 404]).toContain(answered.status)
      expect(problem.safeParse(answered.body).success).toBe(true)
    }
  })

  test.each(all.filter(([, one]) => one.foreign !== undefined))(
    '%s: another team’s can’t be told from one that does not exist',
    async (name, one) => {
      const { as: _as, ...ofOwner } = one
      const { sent } = await prepare(name, ofOwner)
      const asks = (await one.foreign?.(stage)) ?? []
      const answers: Answered[] = []
      for (const { path, body } of asks)
        answers.push(
          await send({
            ...withHeaders(sent, from()),
            path,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          }),
        )
      const [foreign, unknown] = answers
      expect([403, 404]).toContain(foreign?.status)
      expect([foreign?.status, foreign?.body]).toEqual([unknown?.status, unknown?.body])
    },
  )

  test('every route with an id has somebody else’s tried on it', () => {
    const untried = aboutIds.filter(([, one]) => one.foreign === undefined).map(([name]) => name)
    // What is handed in by its own hash goes to whoever hands it in. The id of an agent is the same in every team, and belongs to none.
    expect(untried).toEqual([
      'PUT /api/runner/blobs/:hash',
      'PUT /api/v1/blobs/:hash',
      'PATCH /api/v1/harnesses/:harness',
    ])
  })

  test('an unknown route is told apart from a missing thing', async () => {
    for (const path of ['/api/v1/nothing', '/api/nothing', '/api/runner/nothing', '/api/sync/nothing']) {
      const { status, body } = await send({
        method: 'POST',
        path,
        headers: { cookie: stage.mara.cookie(), origin: world.server.url.origin },
      })
      expect([status, problem.parse(body).error]).toEqual([404, `There is no POST ${path}.`])
    }
  })
})

describe('guessing', () => {
  const openOnes = api.filter(([name, one]) => one.access === 'open' && name.startsWith('POST '))
  const harmless = new Set(['POST /api/v1/auth/sign-out'])

  test('every open route that takes a secret has a limit', () => {
    const unlimited = openOnes.filter(([, one]) => one.limit === undefined).map(([name]) => name)
    expect(unlimited).toEqual([...harmless])
  })

  test.each(openOnes.filter(([, one]) => one.limit !== undefined))('%s is slowed down', async (name, one) => {
    const { sent } = await prepare(name, one)
    const isSignIn = name.endsWith('/sign-in')
    const guess = isSignIn ? JSON.stringify({ email: 'mara@example.test', password: 'guess' }) : '{}'
    for (let n = 0; n < (one.limit ?? 0); n++) {
      const { status } = await send({ ...sent, body: guess })
      expect(status).not.toBe(429)
    }
    const limited = await send({ ...sent, body: guess })
    expect(limited.status).toBe(429)
    const { error, retryAfterSeconds } = problem.parse(limited.body)
    expect(error).toMatch(/^Too many tries\. Wait .*, then try again\.$/)
    expect(limited.headers['retry-after']).toBe(String(retryAfterSeconds))
    expect((await send({ ...withHeaders(sent, from()), body: guess })).status).not.toBe(429)
  })
})

describe('the log', () => {
  test('tells each kind of refusal of a client once, without what it sent', async () => {
    lines.length = 0
    const address = { 'x-forwarded-for': '192.0.2.77' }
    const headers = { cookie: stage.mara.cookie(), origin: world.server.url.origin, ...address }
    for (let n = 0; n < 3; n++) {
      await send({ method: 'GET', path: `/api/v1/runs/${newId()}/transcript`, headers })
      await send({ method: 'PATCH', path: '/api/v1/me', headers: { ...headers, origin: 'https://evil.test' } })
      await send({
        method: 'PATCH',
        path: '/api/v1/me',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"name":7,"note":"a secret"}',
      })
      await send({ method: 'PATCH', path: '/api/v1/me', headers, announced: 10_000_000 })
    }
    expect(lines.map(({ level, method, path, status }) => [level, method, path, status])).toEqual([
      [levels.info, 'GET', '/api/v1/runs/:runId/transcript', 404],
      [levels.warn, 'PATCH', '/api/v1/me', 403],
      [levels.warn, 'PATCH', '/api/v1/me', 400],
      [levels.warn, 'PATCH', '/api/v1/me', 413],
    ])
    expect(JSON.stringify(lines)).not.toContain('a secret')
  })
})

test('a body without a stated length is counted as it comes', async () => {
  const { sent } = await prepare('PATCH /api/v1/me', restCases['PATCH /api/v1/me'] ?? { status: 0, answer: undefined })
  const large = await send({
    ...withHeaders(sent, { 'transfer-encoding': 'chunked' }),
    body: JSON.stringify({ name: 'x'.repeat(70_000) }),
  })
  expect(large.status).toBe(413)
  const right = await send({
    ...withHeaders(sent, { 'transfer-encoding': 'chunked' }),
    body: JSON.stringify({ name: 'By Chunks' }),
  })
  expect(right).toMatchObject({ status: 200, body: { user: { name: 'By Chunks' } } })
})
