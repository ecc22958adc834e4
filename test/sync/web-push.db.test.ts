import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Permission, type PermissionRequest } from '#shared/domain/permission.ts'
import { defaultPushSettings, type PushSettings } from '#shared/domain/push.ts'
import { createLog } from '#server/log.ts'
import { DeliveryId, type RunId } from '#shared/ids.ts'
import { PushState } from '#shared/protocol/push.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { openStranger } from '../contract/people.ts'
import { startPushService, type FakeBrowser, type FakePushService, type ReceivedPush } from '../fakes/push-service.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { ask, claim, inState, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

let service: FakePushService
const trusted = getCACertificates('default')
beforeAll(async () => {
  service = await startPushService()
  setDefaultCACertificates([...trusted, service.certificate])
})
afterAll(async () => {
  setDefaultCACertificates(trusted)
  await service.close()
})

let world: World
let runner: ScriptedRunner
let mara: Person
beforeEach(async () => {
  world = await openWorld({ environment: { DROVER_PUSH_PRIVATE: 'on' }, log: createLog('silent') })
  mara = await world.owner()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
})
afterEach(async () => {
  runner.close()
  await world.close()
})

const state = async (person: Person): Promise<PushState> =>
  PushState.parse(await (await person.fetch('/api/v1/push')).json())

const sendJson = (person: Person, method: string, path: string, body: object): Promise<Response> =>
  person.fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

async function subscribe(
  person: Person,
  settings: PushSettings = defaultPushSettings,
): Promise<FakeBrowser & { readonly id: string }> {
  const browser = service.subscribe((await state(person)).publicKey)
  const { endpoint, keys: pair } = browser
  const answered = await sendJson(person, 'PUT', '/api/v1/push/subscription', { endpoint, keys: pair, settings })
  expect(answered.status).toBe(201)
  return { ...browser, id: (await answered.json()).id }
}

async function working(workspace: Workspace): Promise<RunId> {
  const runId = await startRun(workspace)
  await claim(runner, runId)
  await inState(workspace, runId, 'INPROGRESS')
  return runId
}

/** `echo` changes nothing: the command may be allowed from a notification. */
async function asking(workspace: Workspace, command = 'rm -rf build'): Promise<PermissionRequest> {
  const runId = await working(workspace)
  const request = ask(runId, command)
  runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
  return request
}

/** The token of a question as it stands in its push. */
function askOf(push: ReceivedPush): { token: string; atAGlance: boolean; permissionId: string; expiresAt: number } {
  if (push.payload.kind !== 'notification' || push.payload.ask === undefined) throw new Error('no question in the push')
  return push.payload.ask
}

const press = (token: string, answer: string): Promise<Response> =>
  fetch(`${world.url}/api/v1/push/answer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: world.url },
    body: JSON.stringify({ token, answer }),
  })
const codeOf = async (answered: Promise<Response>): Promise<string> => (await (await answered).json()).refusal?.code

/** Jobs that wait for their time. */
const putOff = (): Promise<{ inSeconds: number; data: { waited?: boolean } }[]> =>
  world.database.query(
    `select extract(epoch from start_after - now())::int as "inSeconds", data from drover_jobs.job
      where name = 'push' and state = 'created' and start_after > now() + interval '10 seconds'`,
  )
/** Resolves once nothing of a push is under way. */
async function settled(): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await world.database.query(
            `select 1 from push_message union all
             select 1 from drover_jobs.job where name = 'push' and state in ('created', 'active', 'retry') and start_after <= now()`,
          )
        ).length,
      { timeout: 15_000, interval: 50 },
    )
    .toBe(0)
}

describe('a push', () => {
  test('brings a question to the browser, encrypted and signed, and its button answers once', async () => {
    const browser = await subscribe(mara)
    const desktop = mara.open()
    const request = await asking(desktop)
    const push = await browser.nth(1)
    expect(push).toMatchObject({
      urgency: 'high',
      ttl: 12 * 3600,
      subject: expect.stringMatching(/^mailto:.+@/),
      payload: {
        kind: 'notification',
        type: 'request',
        title: 'Say hello',
        text: 'rm -rf build',
        unread: 1,
        runId: request.runId,
        ask: { permissionId: request.id, atAGlance: false, answerable: true },
      },
    })
    const { token } = askOf(push)
    // It deletes, so no button allows it: a token alone doesn't either.
    expect(await codeOf(press(token, 'allow_once'))).toBe('not_allowed')
    expect((await press(token, 'deny')).status).toBe(200)
    const { body } = await runner.next('deliver')
    expect(body).toMatchObject({ type: 'answer', answer: { kind: 'deny' }, by: mara.userId, digest: request.digest })
    const answered = await until(
      (on: (row: Permission | undefined) => void) =>
        desktop.subscribe((tx) => getRow(tx, keys.permission(request.runId, request.id), Permission), on),
      (row) => row?.state === 'answered',
    )
    expect(answered).toMatchObject({ answeredBy: mara.userId, answer: { kind: 'deny' } })

    // The reply was lost, so it is pressed again; then the other button, and a token of nobody.
    expect((await press(token, 'deny')).status).toBe(200)
    expect(await codeOf(press(token, 'allow_once'))).toBe('already_answered')
    expect(await codeOf(press('x'.repeat(43), 'deny'))).toBe('not_found')
    const deliveries = await world.database.query('select id from delivery where run_id = $1', [request.runId])
    expect(deliveries).toHaveLength(1)
  })

  test('tells whose run it is that somebody outside of the team asks to see it', async () => {
    const browser = await subscribe(mara)
    const guest = await openStranger(world)
    const desktop = mara.open()
    const runId = await working(desktop)
    const secret = 'S'.repeat(43)
    await desktop.mutate.shareRun({ runId, secret, person: { email: 'else@example.test', access: 'view' } })
    await until(desktop.subscribeStatus, (status) => status.pending === 0)
    await sendJson(guest, 'POST', `/api/v1/shared/${runId}/${secret}/ask`, { wants: 'steer' })
    const { payload } = await browser.nth(1)
    expect(payload).toMatchObject({ type: 'access', runId, wants: 'steer', id: `access-${guest.userId}` })
    expect(payload).not.toHaveProperty('ask')
  })

  test('is no way past the first answer, a changed question, its expiry or a device that was signed out', async () => {
    const browser = await subscribe(mara)
    const desktop = mara.open()
    const first = await asking(desktop)
    const { token } = askOf(await browser.nth(1))
    await inState(desktop, first.runId, 'BLOCKED')
    await desktop.mutate.answerPermission({
      runId: first.runId,
      permissionId: first.id,
      deliveryId: DeliveryId.parse(newId()),
      digest: first.digest,
      answer: { kind: 'deny' },
    })
    await runner.next('deliver')
    expect(await codeOf(press(token, 'allow_once'))).toBe('already_answered')

    const second = await asking(desktop)
    const other = askOf(await browser.nth(2)).token
    await world.database.query(`update push_token set digest = $1 where permission_id = $2`, [
      'b'.repeat(64),
      second.id,
    ])
    expect(await codeOf(press(other, 'allow_once'))).toBe('stale')
    await world.database.query('update push_token set expires_at = 1 where permission_id = $1', [second.id])
    expect(await codeOf(press(other, 'allow_once'))).toBe('expired')

    await asking(desktop)
    const third = askOf(await browser.nth(3)).token
    await mara.fetch('/api/v1/auth/sign-out', { method: 'POST' })
    expect(await codeOf(press(third, 'allow_once'))).toBe('not_found')
  })

  test('comes only for what the device wants, and says how much is unread', async () => {
    const browser = await subscribe(mara, { request: false, complete: false, error: true })
    const desktop = mara.open()
    const request = await asking(desktop)
    runner.emit(
      request.runId,
      { type: 'state', event: 'unblock', turn: 1 },
      { type: 'state', event: 'succeed', turn: 1 },
    )
    await inState(desktop, request.runId, 'SUCCEEDED')
    const failing = await working(desktop)
    runner.emit(failing, { type: 'state', event: 'fail', turn: 1, reason: { text: 'make test failed' } })
    const push = await browser.nth(1)
    expect(push).toMatchObject({
      urgency: 'normal',
      payload: { type: 'error', text: 'make test failed', runId: failing, unread: 2 },
    })
    await settled()
    expect(browser.received).toHaveLength(1)
  })

  test('waits in quiet hours: a question until they end, the rest for the inbox', async () => {
    const hour = new Date().getUTCHours()
    const clock = (offset: number): string => `${String((hour + offset + 24) % 24).padStart(2, '0')}:00`
    const quiet = { from: clock(-1), to: clock(2), timeZone: 'UTC' }
    const browser = await subscribe(mara, { ...defaultPushSettings, quiet })
    const desktop = mara.open()
    const request = await asking(desktop)
    const other = await working(desktop)
    runner.emit(other, { type: 'state', event: 'succeed', turn: 1 })
    await inState(desktop, other, 'SUCCEEDED')
    await settled()
    expect(browser.received).toHaveLength(0)
    const [later, ...more] = await putOff()
    expect(more).toEqual([])
    expect(later?.inSeconds).toBeGreaterThan(3600 - 60)
    expect(later?.inSeconds).toBeLessThanOrEqual(2 * 3600)
    expect(JSON.stringify(later?.data)).toContain(request.id)
  })

  test('is kept back only from a person whose visible page shows that very run, and a question is looked at again', async () => {
    const browser = await subscribe(mara)
    const jonas = await world.invite(mara, 'member')
    const [desktop, other] = [mara.open(), jonas.open()]
    const shown = await working(desktop)
    const elsewhere = await working(desktop)
    // Somebody else who looks at it, and a runner, don't count.
    other.setPresence(elsewhere)
    const page = desktop.openTranscript(shown)
    desktop.setPresence(shown)
    const present = (runId: RunId, userId: string) =>
      until(
        (on: (people: readonly { userId: string }[]) => void) => other.subscribePresence(runId, on),
        (people) => people.some((one) => one.userId === userId),
      )
    const transcript = other.openTranscript(shown)
    await present(shown, mara.userId)
    transcript.close()

    const request = ask(shown, 'rm -rf build')
    runner.emit(shown, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
    runner.emit(elsewhere, { type: 'state', event: 'fail', turn: 1, reason: { text: 'elsewhere' } })
    expect((await browser.nth(1)).payload).toMatchObject({ type: 'error', runId: elsewhere })
    // Its push, if there were one, is under way from this commit on.
    await inState(desktop, shown, 'BLOCKED')
    await settled()
    expect(browser.received).toHaveLength(1)
    const [again] = await putOff()
    expect(again?.data.waited).toBe(true)
    expect(again?.inSeconds).toBeLessThanOrEqual(45)
    page.close()
  })

  test('to a browser that is gone removes it; one that is refused is shown; one that fails is tried again', async () => {
    const [gone, refused, failing] = [await subscribe(mara), await subscribe(mara), await subscribe(mara)]
    gone.answer({ status: 410 })
    refused.answer({ status: 403, body: 'BadJwtToken' })
    failing.answer({ status: 503 }, { status: 429 })
    const runId = await working(mara.open())
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason: { text: 'x' } })
    await failing.nth(1)
    await settled()
    expect([gone.tries(), refused.tries(), failing.tries()]).toEqual([1, 1, 3])
    const { subscriptions } = await state(mara)
    expect(new Map(subscriptions.map((one) => [one.id, one.trouble]))).toEqual(
      new Map([
        [refused.id, { status: 403, text: 'BadJwtToken', at: expect.any(Number) }],
        [failing.id, undefined],
      ]),
    )
    expect(subscriptions.find((one) => one.id === failing.id)?.lastSentAt).toBeTypeOf('number')
  })

  test('can be tried: the device and the app are told what the push service said', async () => {
    const browser = await subscribe(mara)
    const test_ = (): Promise<Response> => sendJson(mara, 'POST', `/api/v1/push/subscription/${browser.id}/test`, {})
    expect(await (await test_()).json()).toEqual({ sent: true })
    expect((await browser.nth(1)).payload.kind).toBe('test')
    browser.answer({ status: 403, body: 'BadJwtToken' })
    expect(await (await test_()).json()).toMatchObject({ sent: false, trouble: { status: 403, text: 'BadJwtToken' } })
  })

  test('is for the person of the session, as long as they are in the team', async () => {
    const jonas = await world.invite(mara, 'member')
    const browser = await subscribe(jonas)
    const desktop = jonas.open()
    const runId = await working(desktop)
    await sendJson(mara, 'DELETE', `/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, {})
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason: { text: 'x' } })
    await inState(mara.open(), runId, 'FAILED')
    await settled()
    expect(browser.tries()).toBe(0)

    const own = await subscribe(mara)
    // The same browser, used by somebody else now: their address, their pushes.
    const { endpoint, keys: pair } = own
    const sara = await world.invite(mara, 'member')
    await sendJson(sara, 'PUT', '/api/v1/push/subscription', { endpoint, keys: pair, settings: defaultPushSettings })
    expect((await state(mara)).subscriptions).toEqual([])
    expect((await state(sara)).subscriptions).toMatchObject([{ current: true, service: new URL(endpoint).host }])
    expect((await sendJson(mara, 'DELETE', `/api/v1/push/subscription/${own.id}`, {})).status).toBe(404)
  })

  test('that a server died over is sent by the next one', async () => {
    const browser = await subscribe(mara)
    const runId = await working(mara.open())
    // Nobody can hand the message over, as when the server is killed right after the commit.
    await world.database.query(`
      create function keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger keep before delete on push_message for each row execute function keep()`)
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason: { text: 'make test failed' } })
    await expect.poll(() => world.database.query('select 1 from push_message')).toHaveLength(1)
    await world.database.query('drop trigger keep on push_message')
    await world.restart()
    expect((await browser.nth(1)).payload).toMatchObject({ type: 'error', runId })
  })
})

test('a push service inside a private network is refused unless the settings allow it', async () => {
  const strict = await openWorld({ log: createLog('silent') })
  try {
    const owner = await strict.owner()
    const browser = service.subscribe((await state(owner)).publicKey)
    const { endpoint, keys: pair } = browser
    const put = (address: string): Promise<Response> =>
      sendJson(owner, 'PUT', '/api/v1/push/subscription', {
        endpoint: address,
        keys: pair,
        settings: defaultPushSettings,
      })
    const { id } = await (await put(endpoint)).json()
    const tried = await (await sendJson(owner, 'POST', `/api/v1/push/subscription/${id}/test`, {})).json()
    expect(tried).toMatchObject({ sent: false, trouble: { status: 0, text: expect.stringContaining('private IP') } })
    expect(browser.tries()).toBe(0)
    expect((await put('http://push.example.org/x')).status).toBe(400)
  } finally {
    await strict.close()
  }
})
