import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Permission } from '#shared/domain/permission.ts'
import { Run } from '#shared/domain/run.ts'
import { Share } from '#shared/domain/share.ts'
import { TranscriptChunk, type EntryBody } from '#shared/domain/transcript.ts'
import { BlobHash, DeliveryId, EntryId, PlanId, PromptId, RunId } from '#shared/ids.ts'
import { SharedAnswer, SharedEvent, SharedView } from '#shared/protocol/shared-run.ts'
import { createLog } from '#server/log.ts'
import { keys } from '#sync/core/keys.ts'
import type { ShareRunArgs } from '#sync/core/mutators/share-run.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { openGuestRun } from '#sync/client/guest-workspace.ts'
import type { Presence, TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { createHash, randomBytes } from 'node:crypto'
import { openStranger } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { ask, claim, inState, message, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

let world: World
let runner: ScriptedRunner
let mara: Person
let desk: Workspace
let runId: RunId
beforeEach(async () => {
  world = await openWorld({ log: createLog('silent') })
  mara = await world.owner()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  desk = mara.open()
  runId = await startRun(desk)
  await claim(runner, runId)
  await inState(desk, runId, 'INPROGRESS')
})
afterEach(async () => {
  runner.close()
  await world.close()
})

const newSecret = (): string => randomBytes(32).toString('base64url')
type Change = Pick<ShareRunArgs, 'anyone' | 'person' | 'remove'>

const shareOf = (on: (share: Share | undefined) => void) =>
  desk.subscribe((tx) => getRow(tx, keys.share(runId), Share), on)
const shared = (accept: (share: Share | undefined) => boolean) => until(shareOf, accept)

/** Begins to share, and waits until the server has it. */
async function share(change: Change): Promise<string> {
  const secret = newSecret()
  await desk.mutate.shareRun({ runId, secret, ...change })
  await taken()
  return secret
}
async function change(what: Change): Promise<void> {
  await desk.mutate.shareRun({ runId, ...what })
  await taken()
}
async function stop(): Promise<void> {
  await desk.mutate.stopSharing({ runId })
  await taken()
}
const taken = () => until(desk.subscribeStatus, (status) => status.pending === 0)

const at = (secret: string, rest = '', of: string = runId): string =>
  `${world.url}/api/v1/shared/${of}/${secret}${rest}`
const look = async (secret: string, who?: Person, of?: string): Promise<Response> =>
  (who?.fetch ?? fetch)(at(secret, '', of))
const view = async (secret: string, who?: Person): Promise<SharedView> =>
  SharedView.parse(await (await look(secret, who)).json())
const gate = async (secret: string, who?: Person): Promise<SharedAnswer> =>
  SharedAnswer.parse(await (await look(secret, who)).json())
const post = (who: Person, secret: string, what: string, body: object): Promise<Response> =>
  who.fetch(at(secret, `/${what}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const codeOf = async (answered: Response): Promise<string> => (await answered.json()).refusal?.code
const emailOf = async (who: Person): Promise<string> => (await (await who.fetch('/api/v1/me')).json()).user.email

const news = (accept: (news: readonly AgentNotification[]) => boolean) =>
  until(
    (on: (news: readonly AgentNotification[]) => void) =>
      desk.subscribe((tx) => scanRows(tx, keys.notificationsOf(mara.userId), AgentNotification), on),
    accept,
  )

/** Reads the stream of a link; each event is given out once, in order. */
async function follow(secret: string, who?: Person) {
  const leaving = new AbortController()
  const response = await (who?.fetch ?? fetch)(at(secret, '/live'), { signal: leaving.signal })
  const events: SharedEvent[] = []
  let over = false
  const watchers = new Set<() => void>()
  const told = () => watchers.forEach((watcher) => watcher())
  const read = async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) events.push(SharedEvent.parse(JSON.parse(block.replace(/^data: /, ''))))
      told()
    }
  }
  const ending = read().then(
    () => (over = true),
    () => (over = true),
  )
  const subscribe = (on: (events: readonly SharedEvent[]) => void) => {
    const watcher = () => on(events)
    watchers.add(watcher)
    watcher()
    return () => watchers.delete(watcher)
  }
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    events,
    until: (accept: (event: SharedEvent) => boolean) =>
      until(subscribe, (all) => all.some(accept)).then((all) => all.find(accept)),
    ended: async () => {
      await ending
      return over && events.at(-1)?.type === 'ended'
    },
    leave: () => leaving.abort(),
  }
}

const entriesOf = ({ rows }: Pick<SharedView, 'rows'>) =>
  rows.flatMap((op) => (op.op === 'put' && op.key.startsWith('chunk/') ? TranscriptChunk.parse(op.value).entries : []))
const runIn = ({ rows }: Pick<SharedView, 'rows'>): Run =>
  Run.parse(rows.flatMap((op) => (op.op === 'put' && op.key === keys.run(runId) ? [op.value] : []))[0])

describe('a link for anyone', () => {
  test('shows the run without an account, and follows it', async () => {
    runner.emit(runId, { type: 'entry', entry: message(1, 'Hello from the agent') })
    const secret = await share({ anyone: true })
    const first = await view(secret)
    expect(first.you).toEqual({ access: 'view' })
    expect(first.sharedBy).toBe('Mara')
    expect(runIn(first)).toMatchObject({ id: runId, title: 'Say hello', state: 'INPROGRESS' })
    const stream = await follow(secret)
    expect(stream.type).toContain('text/event-stream')
    const opened = await stream.until((event) => event.type === 'view')
    expect(opened).toMatchObject({ type: 'view' })
    runner.emit(runId, { type: 'entry', entry: message(2, 'Half', false) })
    runner.emit(runId, { type: 'delta', entryId: EntryId.parse('e2'), field: 'text', offset: 4, text: ' a sentence' })
    await stream.until((event) => event.type === 'live' && event.deltas.some(({ text }) => text === ' a sentence'))
    await stream.until(
      (event) => event.type === 'rows' && entriesOf(event).some(({ body }) => body.kind === 'message' && !body.done),
    )
    await desk.mutate.renameRun({ runId, title: 'Another name' })
    await stream.until(
      (event) => event.type === 'rows' && event.rows.some((op) => op.op === 'put' && op.key === keys.run(runId)),
    )
    stream.leave()
  })

  test('is over at once for who looks when sharing stops, and the link is dead for ever', async () => {
    const secret = await share({ anyone: true })
    const stream = await follow(secret)
    await stream.until((event) => event.type === 'view')
    await stop()
    expect(await stream.ended()).toBe(true)
    expect((await look(secret)).status).toBe(404)
    // Sharing again makes a new link; a change alone, as from a device that missed the end, does not begin it again.
    await expect(desk.mutate.shareRun({ runId, anyone: true })).rejects.toMatchObject({ code: 'stale' })
    const next = await share({ anyone: true })
    expect((await look(secret)).status).toBe(404)
    expect((await look(next)).status).toBe(200)
    // The same press once more, as a device that was offline may bring it.
    await stop()
    await desk.mutate.shareRun({ runId, secret: next, anyone: true })
    await taken()
    expect((await look(next)).status).toBe(404)
  })

  test('turned off, it closes for those without a name, and stays for those with one', async () => {
    const guest = await openStranger(world)
    const secret = await share({ anyone: true, person: { email: await emailOf(guest), access: 'view' } })
    const [nobody, named] = [await follow(secret), await follow(secret, guest)]
    await nobody.until((event) => event.type === 'view')
    await named.until((event) => event.type === 'view')
    await change({ anyone: false })
    expect(await nobody.ended()).toBe(true)
    await named.until((event) => event.type === 'you')
    expect(await gate(secret)).toEqual({ gate: 'sign_in' })
    named.leave()
  })

  test('of a wrong secret, a run that is not shared, one of nobody and hostile input answer alike', async () => {
    const secret = await share({ anyone: true })
    const other = await startRun(desk)
    await taken()
    const wrong = [
      await look(newSecret()),
      await look(secret, undefined, other),
      await look(secret, undefined, newId()),
      await look(secret.slice(1)),
      await look(`${secret}x`),
      await look(encodeURIComponent(`' or 1=1 --`)),
      await look(secret, undefined, 'nothing'),
      await look('ß'.repeat(43)),
    ]
    const answers = await Promise.all(wrong.map(async (one) => ({ status: one.status, body: await one.text() })))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 404 })
    for (const rest of ['/live', '/chunks', `/blobs/${'0'.repeat(64)}`])
      expect((await fetch(at(newSecret(), rest))).status).toBe(404)
  })

  test('is not guessed: wrong ones are slowed down, and right ones go on', async () => {
    const secret = await share({ anyone: true })
    for (let n = 0; n < 40; n++) expect((await look(newSecret())).status).toBe(404)
    const limited = await look(newSecret())
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await look(secret)).status).toBe(200)
  })

  test('is for no index, and its address is told to no other site', async () => {
    const secret = await share({ anyone: true })
    const page = await fetch(`${world.url}/shared/${runId}/${secret}`)
    expect(page.headers.get('x-robots-tag')).toBe('noindex, nofollow')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect((await look(secret)).headers.get('x-robots-tag')).toBe('noindex, nofollow')
  })

  test('has as many readers at once as one link may', async () => {
    const secret = await share({ anyone: true })
    const streams = []
    for (let n = 0; n < 50; n++) streams.push(await follow(secret))
    const over = await fetch(at(secret, '/live'))
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '30'])
    await over.body?.cancel()
    for (const stream of streams) stream.leave()
    await expect
      .poll(async () => {
        const again = await fetch(at(secret, '/live'))
        await again.body?.cancel()
        return again.status
      })
      .toBe(200)
  })
})

describe('the guest’s page', () => {
  test('shows a long run page by page, goes on with it, and finds words in it', async () => {
    for (let n = 1; n <= 450; n += 50)
      runner.emit(
        runId,
        ...Array.from({ length: 50 }, (_, step) => ({
          type: 'entry' as const,
          entry: message(n + step, `Line ${n + step}.`),
        })),
      )
    await expect.poll(async () => lastOf(await view(secret))).toBe(450)
    const guest = openGuestRun({ runId, secret, baseUrl: world.url, fetch, now: Date.now })
    const transcript = guest.workspace.openTranscript(runId)
    const shown = (accept: (view: TranscriptView) => boolean) =>
      until((on: (view: TranscriptView) => void) => transcript.subscribeEntries(on), accept)
    const first = await shown((one) => one.loaded && one.entries.at(-1)?.n === 450)
    expect(first.hasOlder).toBe(true)
    while (await transcript.loadOlder());
    const all = await shown((one) => !one.hasOlder)
    expect(all.entries.map(({ n }) => n)).toEqual(Array.from({ length: 450 }, (_, step) => step + 1))

    runner.emit(runId, { type: 'entry', entry: message(451, 'And one more.') })
    await shown((one) => one.entries.at(-1)?.n === 451)
    const found: number[] = []
    const { signal } = new AbortController()
    await guest.workspace.findText({ text: 'line 77.', runId, perRun: 9, signal }, (_run, hits) =>
      found.push(...hits.map(({ n }) => n)),
    )
    expect(found).toEqual([77])
    // Nothing of what only a team may do is done from here.
    await expect(guest.workspace.mutate.renameRun({ runId, title: 'Mine' })).rejects.toMatchObject({
      code: 'not_allowed',
    })
    await expect(guest.workspace.mutate.stopRun({ runId, deliveryId: DeliveryId.parse(newId()) })).rejects.toThrow(
      /Sign in/,
    )
    transcript.close()
    await guest.workspace.close()
  })

  const lastOf = (one: SharedView): number => entriesOf(one).at(-1)?.n ?? 0
  let secret: string
  beforeEach(async () => {
    secret = await share({ anyone: true })
  })
})

describe('what leaves', () => {
  const hidden = 'h1dden'
  const entry = (n: number, body: EntryBody) =>
    ({ type: 'entry', entry: { id: EntryId.parse(`f${n}`), n, at: Date.now(), turn: 1, body } }) as const

  test('is the run, and nothing of where it runs, how it was set up, what waits and who people are', async () => {
    const full = RunId.parse(newId())
    await desk.mutate.createRun({
      runId: full,
      promptId: PromptId.parse(newId()),
      prompt: 'Everything at once',
      config: {
        harness: HarnessId.parse('runbook'),
        sandbox: 'direct',
        host: 'devbox-04',
        image: `registry.test/${hidden}-image`,
        repository: { url: `https://me:${hidden}-token@git.test/repo`, branch: 'main' },
        setupCommands: [`export KEY=${hidden}-key`],
      },
    })
    await claim(runner, full)
    const guest = await openStranger(world)
    const email = await emailOf(guest)
    const planId = PlanId.parse(newId())
    const output = boundedText(`${hidden}-output`)
    const timed = { startedAt: 1, endedAt: 2 }
    runner.emit(
      full,
      entry(1, { kind: 'user', text: boundedText('Everything at once'), by: mara.userId }),
      entry(2, {
        kind: 'step',
        title: `Clone https://me:${hidden}-token@git.test/repo`,
        command: `git clone ${hidden}`,
        status: 'completed',
        output,
        ...timed,
      }),
      entry(3, {
        kind: 'tool',
        toolKind: 'execute',
        title: 'Run tests',
        status: 'completed',
        command: 'npm test',
        input: `{"env":{"KEY":"${hidden}"}}`,
        locations: [],
        output: boundedText('12 passed'),
        ...timed,
      }),
      entry(4, {
        kind: 'notice',
        level: 'warning',
        text: `It was slow. 1 uncommitted change of https://me:${hidden}-token@git.test/repo stays out on devbox-04.`,
        detail: output,
      }),
      entry(6, { kind: 'step', title: `export KEY=${hidden}-key`, status: 'failed', output, ...timed }),
      entry(5, { kind: 'state', state: 'FAILED', reason: { code: 'step_failed', text: `on ${hidden} devbox-04` } }),
      {
        type: 'artifact',
        artifact: {
          id: 'a1' as never,
          kind: 'link',
          title: 'Preview',
          url: `https://me:${hidden}@preview.test/`,
          planId,
          at: 1,
        },
      },
      { type: 'session', session: { commands: [{ name: hidden, description: hidden }], modes: [] } },
      { type: 'permission', request: { ...ask(full, 'rm -rf build'), reason: `${hidden}-reason` } },
      { type: 'usage', usage: { costUsd: 4.2 } },
      { type: 'state', event: 'block', turn: 1, reason: { text: `${hidden} waits` } },
    )
    await inState(desk, full, 'BLOCKED')
    await desk.mutate.sendPrompt({
      runId: full,
      promptId: newId(),
      deliveryId: newId(),
      text: `${hidden}-queued`,
      mode: 'queue',
    })
    const secret = newSecret()
    await desk.mutate.shareRun({ runId: full, secret, anyone: true, person: { email, access: 'view' } })
    await taken()
    const seen = async (who?: Person) => {
      const texts = [await (await look(secret, who, full)).text()]
      texts.push(await (await (who?.fetch ?? fetch)(at(secret, '/chunks', full))).text())
      return texts.join('\n')
    }
    const secrets = [
      hidden,
      'devbox-04',
      'scripted',
      'mara@example.test',
      email,
      mara.userId,
      mara.teamId,
      guest.userId,
      guest.teamId,
      runner.runnerId,
      'git.test',
      'me:',
      planId,
    ]
    for (const who of [undefined, guest]) {
      const text = await seen(who)
      for (const expected of [
        'Everything at once',
        'npm test',
        '12 passed',
        'It was slow.',
        'step_failed',
        'Mara',
        '1 uncommitted change of the repository stays out on the machine.',
      ])
        expect(text).toContain(expected)
      for (const one of secrets) expect(text).not.toContain(one)
      expect(text).not.toContain(secret)
    }
    expect(await seen()).not.toContain('Lindqvist')
    expect(await seen()).not.toContain('4.2')
    expect(await seen(guest)).toContain('Mara Lindqvist')
  })

  test('content by its hash is that of this run, not of others, and not a hash that somebody wrote', async () => {
    const put = async (content: string): Promise<BlobHash> => {
      const hash = createHash('sha256').update(content).digest('hex')
      await fetch(`${world.url}/api/runner/blobs/${hash}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${await world.runnerKey()}` },
        body: content,
      })
      return BlobHash.parse(hash)
    }
    const [mine, others, setup] = [await put('of this run'), await put('of another run'), await put('of the set-up')]
    const text = { ...boundedText('long'), blob: mine }
    runner.emit(
      runId,
      { type: 'entry', entry: { ...message(1, ''), body: { kind: 'message', text, done: true } } },
      { type: 'entry', entry: message(2, `Look at "${others}" and {"blob":"${others}"}`) },
      entry(3, {
        kind: 'step',
        title: 'Set up',
        status: 'completed',
        output: { ...text, blob: setup },
        startedAt: 1,
      }),
      { type: 'activity', text: 'done' },
    )
    await until(
      (on: (run: Run | undefined) => void) => desk.subscribe((tx) => getRow(tx, keys.run(runId), Run), on),
      (run) => run?.activity === 'done',
    )
    const secret = await share({ anyone: true })
    const blob = (hash: string) => fetch(at(secret, `/blobs/${hash}`))
    const found = await blob(mine)
    expect([found.status, await found.text(), found.headers.get('cache-control')]).toEqual([
      200,
      'of this run',
      'no-store',
    ])
    for (const hash of [others, setup, '0'.repeat(64), 'x']) expect((await blob(hash)).status).toBe(404)
  })
})

describe('people who are named', () => {
  test('see what their account is named for; others may ask, and are let in where they wait', async () => {
    const guest = await openStranger(world)
    const email = await emailOf(guest)
    const secret = await share({ person: { email: 'Somebody.Else@example.test', access: 'view' } })
    expect(await gate(secret)).toEqual({ gate: 'sign_in' })
    expect(await gate(secret, guest)).toEqual({ gate: 'not_named', email })
    expect((await guest.fetch(at(secret, '/live'))).status).toBe(403)

    expect((await post(guest, secret, 'ask', { wants: 'view' })).status).toBe(200)
    expect((await post(guest, secret, 'ask', { wants: 'view' })).status).toBe(200)
    const asked = await shared((row) => row?.requests.length === 1)
    expect(asked?.requests).toMatchObject([{ userId: guest.userId, email, wants: 'view' }])
    expect(await gate(secret, guest)).toEqual({ gate: 'not_named', email, asked: 'view' })
    const wants = { userId: guest.userId, wants: 'view' }
    expect(await news((all) => all.length === 1)).toMatchObject([{ type: 'access', runId, access: wants }])

    await desk.mutate.answerAccessRequest({ runId, userId: guest.userId, answer: 'view' })
    await taken()
    const [let_in] = await news(([one]) => one?.readAt !== undefined)
    expect(let_in?.access).toMatchObject({ ...wants, answer: 'view', by: mara.userId })
    const { you } = await view(secret, guest)
    expect(you).toMatchObject({ access: 'view', name: expect.stringContaining('Person') })

    // Now they ask to steer, and the page that is open hears of the answer.
    const stream = await follow(secret, guest)
    await stream.until((event) => event.type === 'view')
    await post(guest, secret, 'ask', { wants: 'steer' })
    await stream.until((event) => event.type === 'you' && event.you.asked === 'steer')
    // More is asked for, so it is news again, in the place of what was settled.
    expect(await news(([one]) => one?.readAt === undefined)).toMatchObject([{ access: { wants: 'steer' } }])
    await desk.mutate.answerAccessRequest({ runId, userId: guest.userId, answer: 'steer' })
    await stream.until((event) => event.type === 'view' && event.view.you.access === 'steer')
    const row = await shared((one) => one?.requests.length === 0)
    expect(row?.people).toContainEqual(expect.objectContaining({ userId: guest.userId, access: 'steer' }))

    // The second answer is late.
    await expect(
      desk.mutate.answerAccessRequest({ runId, userId: guest.userId, answer: 'deny' }),
    ).rejects.toMatchObject({ code: 'already_answered' })
    await change({ remove: email })
    expect(await stream.ended()).toBe(true)
    expect(await gate(secret, guest)).toMatchObject({ gate: 'not_named' })
  })

  test('who is named for what they asked, or waits when sharing ends, is no news any more', async () => {
    const [lena, otto] = [await openStranger(world), await openStranger(world)]
    const secret = await share({ anyone: true })
    await post(lena, secret, 'ask', { wants: 'steer' })
    await post(otto, secret, 'ask', { wants: 'steer' })
    await news((all) => all.length === 2)
    const answers = (all: readonly AgentNotification[]) =>
      new Map(all.map(({ access }) => [access?.userId, access?.answer]))
    await change({ person: { email: await emailOf(lena), access: 'view' } })
    await shared((row) => row?.people.length === 1 && row.requests.length === 2)
    await change({ person: { email: await emailOf(lena), access: 'steer' } })
    await news((all) => answers(all).get(lena.userId) === 'steer' && answers(all).get(otto.userId) === undefined)
    await stop()
    const settled = await news((all) => answers(all).get(otto.userId) === 'over')
    expect(settled.every(({ readAt }) => readAt !== undefined)).toBe(true)
  })

  test('are seen to look by those who share with them, while they do', async () => {
    const guest = await openStranger(world)
    const secret = await share({ anyone: true, person: { email: await emailOf(guest), access: 'view' } })
    const seen = (people: readonly string[]) =>
      until(
        (on: (people: readonly Presence[]) => void) => desk.subscribePresence(runId, on),
        (now) => JSON.stringify(now.map(({ userId }) => userId)) === JSON.stringify(people),
      )
    desk.openTranscript(runId)
    const named = await follow(secret, guest)
    await seen([guest.userId])
    // Whoever only has the link is nobody that could be named.
    const anyone = await follow(secret)
    await anyone.until((event) => event.type === 'view')
    expect(await seen([guest.userId])).toHaveLength(1)
    named.leave()
    await seen([])
    anyone.leave()
  })

  test('are the account that came first with their email; a later one with it is not named', async () => {
    const guest = await openStranger(world)
    const email = await emailOf(guest)
    const secret = await share({ person: { email: email.toUpperCase(), access: 'view' } })
    await view(secret, guest)
    await shared((row) => row?.people[0]?.userId === guest.userId)
    const renamed = await guest.fetch('/api/v1/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'free@example.test' }),
    })
    expect(renamed.status).toBe(200)
    const other = await openStranger(world)
    await other.fetch('/api/v1/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    })
    expect(await gate(secret, other)).toMatchObject({ gate: 'not_named' })
    expect((await view(secret, guest)).you.access).toBe('view')
  })

  test('who is in the team is led to the app, and changes nothing here', async () => {
    const jonas = await world.invite(mara, 'viewer')
    const secret = await share({ anyone: true })
    expect(await gate(secret, jonas)).toEqual({ gate: 'member', teamId: mara.teamId, chosen: true })
    expect((await post(jonas, secret, 'ask', { wants: 'steer' })).status).toBe(403)
    // A viewer shares nothing, and a member only what they started.
    for (const role of ['viewer', 'member'] as const) {
      const device = (await world.invite(mara, role)).open()
      await until(
        (on: (row: Run | undefined) => void) => device.subscribe((tx) => getRow(tx, keys.run(runId), Run), on),
        (row) => row !== undefined,
      )
      await until(
        (on: (row: unknown) => void) => device.subscribe((tx) => tx.get(keys.member(device.userId)), on),
        (row) => row !== undefined,
      )
      for (const act of [
        () => device.mutate.shareRun({ runId, secret: newSecret(), anyone: true }),
        () => device.mutate.stopSharing({ runId }),
      ])
        await expect(act()).rejects.toMatchObject({ code: 'not_allowed' })
    }
  })

  test('a session that ends, ends what its person sees', async () => {
    const guest = await openStranger(world)
    const secret = await share({ person: { email: await emailOf(guest), access: 'view' } })
    const stream = await follow(secret, guest)
    await stream.until((event) => event.type === 'view')
    const out = await guest.fetch('/api/v1/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(out.status).toBe(200)
    expect(await stream.ended()).toBe(true)
  })
})

describe('a guest who may steer', () => {
  let guest: Person
  let secret: string
  beforeEach(async () => {
    guest = await openStranger(world)
    secret = await share({ anyone: true, person: { email: await emailOf(guest), access: 'steer' } })
    await view(secret, guest)
  })

  const prompt = () => ({
    intentId: newId(),
    promptId: newId(),
    deliveryId: newId(),
    text: 'Go on, please',
    mode: 'interrupt',
  })

  test('writes to the agent once, however often it is sent', async () => {
    const body = prompt()
    for (let n = 0; n < 3; n++) expect((await post(guest, secret, 'prompts', body)).status).toBe(200)
    const { body: delivered } = await runner.next('deliver')
    expect(delivered).toMatchObject({ type: 'prompt', text: 'Go on, please', by: guest.userId })
    expect(await world.database.query('select id from delivery where run_id = $1', [runId])).toHaveLength(1)
    // News of the run stays in its team.
    const run = await until(
      (on: (row: Run | undefined) => void) => desk.subscribe((tx) => getRow(tx, keys.run(runId), Run), on),
      (row) => row !== undefined,
    )
    expect(run?.participants ?? []).not.toContain(guest.userId)
  })

  test('answers a question, and the first answer wins', async () => {
    const request = ask(runId, 'rm -rf build')
    runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
    await inState(desk, runId, 'BLOCKED')
    const seen = (await view(secret, guest)).rows.flatMap((op) =>
      op.op === 'put' && op.key === keys.permission(runId, request.id) ? [Permission.parse(op.value)] : [],
    )
    expect(seen).toMatchObject([{ state: 'open', request: { digest: request.digest } }])
    // Those who only look don't get it.
    expect(JSON.stringify((await view(secret)).rows)).not.toContain(request.digest)
    const body = {
      intentId: newId(),
      permissionId: request.id,
      deliveryId: newId(),
      digest: request.digest,
      answer: { kind: 'deny', message: 'Not this.' },
    }
    const stale = { ...body, intentId: newId(), deliveryId: newId(), digest: 'b'.repeat(64) }
    expect(await codeOf(await post(guest, secret, 'answers', stale))).toBe('stale')
    for (let n = 0; n < 2; n++) expect((await post(guest, secret, 'answers', body)).status).toBe(200)
    expect((await runner.next('deliver')).body).toMatchObject({ answer: { kind: 'deny' }, by: guest.userId })
    const late = { ...body, intentId: newId(), deliveryId: newId(), answer: { kind: 'allow_once' } }
    expect(await codeOf(await post(guest, secret, 'answers', late))).toBe('already_answered')
  })

  test('stops it; the same press after the end is no refusal', async () => {
    const body = { intentId: newId(), deliveryId: newId() }
    expect((await post(guest, secret, 'stop', body)).status).toBe(200)
    expect((await runner.next('deliver')).body).toMatchObject({ type: 'stop', by: guest.userId })
    runner.emit(runId, { type: 'state', event: 'cancel', turn: 1 })
    await inState(desk, runId, 'CANCELLED')
    expect((await post(guest, secret, 'stop', body)).status).toBe(200)
    const other = { intentId: newId(), deliveryId: newId() }
    expect(await codeOf(await post(guest, secret, 'stop', other))).toBe('run_ended')
  })

  test('does nothing any more once they may only look, or nothing is shared', async () => {
    const nobody = await fetch(at(secret, '/prompts'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: world.url },
      body: JSON.stringify(prompt()),
    })
    expect(nobody.status).toBe(401)
    await change({ person: { email: await emailOf(guest), access: 'view' } })
    expect((await post(guest, secret, 'prompts', prompt())).status).toBe(403)
    expect((await post(guest, secret, 'stop', { intentId: newId(), deliveryId: newId() })).status).toBe(403)
    await stop()
    expect((await post(guest, secret, 'prompts', prompt())).status).toBe(404)
    expect(await world.database.query('select id from delivery where run_id = $1', [runId])).toHaveLength(0)
  })
})
