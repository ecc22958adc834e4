import { HarnessId } from '#shared/domain/harness.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Permission } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Runner } from '#shared/domain/team.ts'
import { DeliveryId, EntryId, PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { ask, claim, inState, message, runOf, startRun } from '../run-script.ts'
import { newId, openWorld, until, type World } from '../world.ts'

let world: World
const runners: ScriptedRunner[] = []
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  for (const runner of runners.splice(0)) runner.close()
  await world.close()
})

async function connect(options: Partial<Parameters<typeof connectScriptedRunner>[0]> = {}): Promise<ScriptedRunner> {
  const runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), ...options })
  runners.push(runner)
  await runner.next('welcome')
  return runner
}

const entries = (workspace: Workspace, runId: RunId) => (on: (view: TranscriptView) => void) => {
  const transcript = workspace.openTranscript(runId)
  const stop = transcript.subscribeEntries(on)
  return () => {
    stop()
    transcript.close()
  }
}

describe('a run', () => {
  test('is given to a runner, streams, asks, is answered on another device, and ends', async () => {
    const mara = await world.owner()
    const jonas = await world.invite(mara, 'member')
    const [desktop, phone] = [mara.open(), jonas.open()]
    const runner = await connect()
    const runId = await startRun(desktop)
    await claim(runner, runId)
    await inState(desktop, runId, 'INPROGRESS')

    runner.emit(
      runId,
      { type: 'entry', entry: message(1, '', false) },
      { type: 'delta', entryId: EntryId.parse('e1'), field: 'text', offset: 0, text: 'Hel' },
    )
    runner.emit(runId, { type: 'delta', entryId: EntryId.parse('e1'), field: 'text', offset: 3, text: 'lo' })
    const hasText = (text: string) => (view: TranscriptView) =>
      view.entries.some(({ body }) => body.kind === 'message' && body.text.head === text)
    await until(entries(phone, runId), hasText('Hello'))

    const request = ask(runId, 'rm -rf build')
    runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
    const waiting = await inState(phone, runId, 'BLOCKED')
    expect(waiting?.asks).toEqual({ permissionId: request.id, kind: 'command', line: 'rm -rf build', danger: true })

    await phone.mutate.answerPermission({
      runId,
      permissionId: request.id,
      deliveryId: DeliveryId.parse(newId()),
      digest: request.digest,
      answer: { kind: 'allow_once' },
    })
    const delivery = await runner.next('deliver')
    expect(delivery.body).toMatchObject({
      type: 'answer',
      digest: request.digest,
      answer: { kind: 'allow_once' },
      by: jonas.userId,
    })
    const permission = (workspace: Workspace) => (on: (value: Permission | undefined) => void) =>
      workspace.subscribe((tx) => getRow(tx, keys.permission(runId, request.id), Permission), on)
    const seen = await until(permission(desktop), (value) => value?.state === 'answered')
    expect(seen).toMatchObject({ answeredBy: jonas.userId, delivery: 'accepted' })
    expect((await until(runOf(desktop, runId), (run) => run?.asks === undefined))?.asks).toBeUndefined()

    runner.send({ type: 'receipt', deliveryId: delivery.deliveryId, runId, state: 'done' })
    await runner.next('receipt_ack')
    await until(permission(phone), (value) => value?.delivery === 'done')

    runner.emit(
      runId,
      { type: 'state', event: 'unblock', turn: 1 },
      { type: 'entry', entry: message(1, 'Hello, world') },
      { type: 'state', event: 'succeed', turn: 1 },
    )
    await inState(desktop, runId, 'SUCCEEDED')
    await until(entries(desktop, runId), hasText('Hello, world'))
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))
    const history = await (await mara.fetch(`/api/v1/runs/${runId}/transitions`)).json()
    expect(history.transitions.map((one: { to: string }) => one.to)).toEqual([
      'QUEUED',
      'PENDING',
      'CLAIMED',
      'INPROGRESS',
      'BLOCKED',
      'INPROGRESS',
      'SUCCEEDED',
    ])
  })

  test('the second answer is refused and says who was first', async () => {
    const mara = await world.owner()
    const [a, b] = [mara.open(), (await world.invite(mara, 'member')).open()]
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    const request = ask(runId, 'rm -rf build')
    runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
    await Promise.all([inState(a, runId, 'BLOCKED'), inState(b, runId, 'BLOCKED')])
    const answer = (kind: 'allow_once' | 'deny') => ({
      runId,
      permissionId: request.id,
      deliveryId: DeliveryId.parse(newId()),
      digest: request.digest,
      answer: { kind },
    })
    await Promise.allSettled([
      a.mutate.answerPermission(answer('allow_once')),
      b.mutate.answerPermission(answer('deny')),
    ])
    const refused = (workspace: Workspace, userId: string) => (on: (rows: readonly unknown[]) => void) =>
      workspace.subscribe((tx) => tx.scan(`refused/${userId}/`), on)
    const whoLost = await Promise.race([
      until(refused(a, a.userId), (rows) => rows.length === 1),
      until(refused(b, b.userId), (rows) => rows.length === 1),
    ])
    expect(JSON.stringify(whoLost)).toContain('already_answered')
    await runner.next('deliver')
    await expect(
      Promise.race([
        runner.next('deliver'),
        runner.next('receipt_ack'),
        new Promise((resolve) => setImmediate(() => resolve('only one'))),
      ]),
    ).resolves.toBe('only one')
  })

  test('an answer that the runner calls stale shows as refused, and why, on every device', async () => {
    const mara = await world.owner()
    const [desktop, phone] = [mara.open(), (await world.invite(mara, 'member')).open()]
    const runner = await connect()
    const runId = await startRun(desktop)
    await claim(runner, runId)
    const request = ask(runId, 'rm -rf build')
    runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
    await inState(phone, runId, 'BLOCKED')
    await phone.mutate.answerPermission({
      runId,
      permissionId: request.id,
      deliveryId: DeliveryId.parse(newId()),
      digest: request.digest,
      answer: { kind: 'allow_once' },
    })
    const { deliveryId } = await runner.next('deliver')
    const stale = { code: 'stale' as const, detail: 'the question changed since it was shown' }
    runner.send({ type: 'receipt', deliveryId, runId, state: 'delivered' })
    runner.send({ type: 'receipt', deliveryId, runId, state: 'refused', refusal: stale })
    for (const device of [desktop, phone]) {
      const permission = await until(
        (on: (value: Permission | undefined) => void) =>
          device.subscribe((tx) => getRow(tx, keys.permission(runId, request.id), Permission), on),
        (value) => value?.delivery === 'refused',
      )
      expect(permission?.refusal).toEqual(stale)
    }
  })

  test('nothing that was acknowledged is lost or doubled when events are repeated, skipped and sent over a new connection', async () => {
    const mara = await world.owner()
    const a = mara.open()
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    await inState(a, runId, 'INPROGRESS')
    const events = runner.emit(
      runId,
      ...Array.from({ length: 120 }, (_, n) => ({ type: 'entry' as const, entry: message(n + 1, `line ${n + 1}`) })),
    )
    runner.send({ type: 'events', runId, events })
    runner.send({
      type: 'events',
      runId,
      events: [{ seq: runner.lastSeq(runId) + 5, at: 0, body: { type: 'activity', text: 'ahead' } }],
    })
    const resend = await runner.next('resend')
    expect(resend.fromSeq).toBe(runner.lastSeq(runId) + 1)
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))
    const seqs = new Map([[runId, runner.lastSeq(runId)]])
    runner.close()
    const again = await connectScriptedRunner({
      url: world.url,
      key: await world.runnerKey(),
      runnerId: runner.runnerId,
      seqs,
      runs: [{ runId, turn: 1, lastSeq: runner.lastSeq(runId), active: true }],
    })
    runners.push(again)
    expect((await again.next('welcome')).runs).toEqual([{ runId, ackedSeq: runner.lastSeq(runId), keep: true }])
    again.send({ type: 'events', runId, events })
    again.emit(runId, { type: 'entry', entry: message(121, 'line 121') })
    const view = await until(entries(a, runId), ({ entries: all }) => all.at(-1)?.n === 121)
    const lines = view.entries.map((one) => one.n)
    expect(lines).toEqual([...new Set(lines)].sort((x, y) => x - y))
    const transcript = a.openTranscript(runId)
    const whole = until(
      (on: (value: TranscriptView) => void) => transcript.subscribeEntries(on),
      (value) => value.entries.length === 121,
    )
    while (await transcript.loadOlder());
    expect((await whole).entries.map((one) => one.n)).toEqual(Array.from({ length: 121 }, (_, n) => n + 1))
    transcript.close()
  })

  test('a message sent while the agent works waits in the queue and starts the next turn', async () => {
    const mara = await world.owner()
    const a = mara.open()
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    await inState(a, runId, 'INPROGRESS')
    const promptId = PromptId.parse(newId())
    await a.mutate.sendPrompt({
      runId,
      promptId,
      deliveryId: DeliveryId.parse(newId()),
      text: 'And then this',
      mode: 'queue',
    })
    await until(
      (on: (all: Prompt[]) => void) => a.subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      (all) => all.length === 1,
    )
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    const next = await runner.next('assign', (one) => one.assignment.turn === 2)
    expect(next.assignment).toMatchObject({ prompt: { promptId, text: 'And then this' } })
    runner.send({ type: 'claimed', runId, turn: 2 })
    runner.emit(
      runId,
      { type: 'state', event: 'claim', turn: 2 },
      { type: 'prompt_taken', promptId },
      { type: 'state', event: 'start', turn: 2 },
    )
    await until(
      (on: (all: Prompt[]) => void) => a.subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      (all) => all.length === 0,
    )
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 2 })
    await inState(a, runId, 'SUCCEEDED')
  })

  test('a queue that waits after a failure goes on with the message that is sent now, and the rest after it', async () => {
    const a = (await world.owner()).open()
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    await inState(a, runId, 'INPROGRESS')
    const prompts = ['first', 'second'].map((text) => ({ text, promptId: PromptId.parse(newId()) }))
    for (const { text, promptId } of prompts)
      await a.mutate.sendPrompt({ runId, promptId, deliveryId: DeliveryId.parse(newId()), text, mode: 'queue' })
    await until(
      (on: (waiting: number) => void) => a.subscribePending((pending) => on(pending.length)),
      (waiting) => waiting === 0,
    )
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason: { text: 'exit 1' } })
    await inState(a, runId, 'FAILED')
    const queue = await until(
      (on: (all: Prompt[]) => void) => a.subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      (all) => all.length === 2,
    )
    const second = queue.find((one) => one.text === 'second')?.id ?? PromptId.parse(newId())
    await a.mutate.sendPromptNow({ runId, promptId: second, deliveryId: DeliveryId.parse(newId()) })
    const next = await runner.next('assign', (one) => one.assignment.turn === 2)
    expect(next.assignment.prompt).toMatchObject({ promptId: second, text: 'second' })
    runner.send({ type: 'claimed', runId, turn: 2 })
    runner.emit(
      runId,
      { type: 'state', event: 'claim', turn: 2 },
      { type: 'prompt_taken', promptId: second },
      { type: 'state', event: 'start', turn: 2 },
      { type: 'state', event: 'succeed', turn: 2 },
    )
    const last = await runner.next('assign', (one) => one.assignment.turn === 3)
    expect(last.assignment.prompt).toMatchObject({ text: 'first' })
  })

  test('a run waits, with the reason, while the team has no free slot', async () => {
    const mara = await world.owner()
    const a = mara.open()
    await until(
      (on: (value: unknown) => void) => a.subscribe((tx) => tx.get(keys.team), on),
      (team) => team !== undefined,
    )
    await a.mutate.setTeam({ maxActiveRuns: 1 })
    const runner = await connect()
    const first = await startRun(a)
    await claim(runner, first)
    await inState(a, first, 'INPROGRESS')
    const second = await startRun(a)
    const waiting = await until(runOf(a, second), (run) => run?.reason !== undefined)
    expect(waiting?.reason?.text).toBe('Waits for a free slot: 1 of 1 runs of the team are going')
    runner.emit(first, { type: 'state', event: 'fail', turn: 1, reason: { code: 'step_failed', text: 'exit 1' } })
    await runner.next('assign', (one) => one.assignment.runId === second)
    expect((await inState(a, first, 'FAILED'))?.reason).toEqual({ code: 'step_failed', text: 'exit 1' })
  })

  test('a run waits, with the runner’s own words, while its disk is short', async () => {
    const a = (await world.owner()).open()
    const runner = await connect()
    const harnesses = [
      { id: HarnessId.parse('runbook'), name: 'Runbook', letters: 'RB', sandboxes: ['direct' as const] },
    ]
    const offer = { type: 'offer' as const, sandboxes: ['direct' as const], harnesses, problems: [] }
    const short = 'Runner scripted has 1.2 GB left on its disk.'
    runner.send({ ...offer, short, problems: [short] })
    await until(
      (on: (all: Runner[]) => void) => a.subscribe((tx) => scanRows(tx, keys.runners, Runner), on),
      ([one]) => one?.problems.length === 1,
    )
    const runId = await startRun(a)
    const waiting = await until(runOf(a, runId), (run) => run?.reason !== undefined)
    expect(waiting).toMatchObject({ state: 'QUEUED', reason: { text: short } })
    runner.send(offer)
    await runner.next('assign', (one) => one.assignment.runId === runId)
    expect((await inState(a, runId, 'PENDING'))?.reason).toBeUndefined()
  })

  test('a runner that falls silent past its lease leaves a run that says so and can go on', async () => {
    await world.close()
    world = await openWorld({ environment: { DROVER_LEASE_MS: '1000' } })
    const a = (await world.owner()).open()
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    await inState(a, runId, 'INPROGRESS')
    runner.close()
    const lost = await inState(a, runId, 'ERROR')
    expect(lost?.reason).toMatchObject({ code: 'runner_lost', retryable: true })
    const gone = await until(
      (on: (all: Runner[]) => void) => a.subscribe((tx) => scanRows(tx, keys.runners, Runner), on),
      ([one]) => one?.connected === false,
    )
    expect(gone).toHaveLength(1)
  })

  test('stop cancels a waiting run at once, and a held one when the runner says so', async () => {
    const a = (await world.owner()).open()
    const waiting = await startRun(a)
    await a.mutate.stopRun({ runId: waiting, deliveryId: DeliveryId.parse(newId()) })
    await inState(a, waiting, 'CANCELLED')
    const runner = await connect()
    const held = await startRun(a)
    await claim(runner, held)
    await inState(a, held, 'INPROGRESS')
    await a.mutate.stopRun({ runId: held, deliveryId: DeliveryId.parse(newId()) })
    // The other run's may come too: its stop can reach the server after the runner did.
    const stop = await runner.next('deliver', (one) => one.runId === held)
    expect(stop.body.type).toBe('stop')
    runner.emit(held, { type: 'state', event: 'cancel', turn: 1 })
    runner.send({ type: 'receipt', deliveryId: stop.deliveryId, runId: held, state: 'done' })
    const ended = await inState(a, held, 'CANCELLED')
    expect(ended?.stop?.state).toBe('done')
  })

  test('after a restart of the server the runner goes on where it was', async () => {
    const a = (await world.owner()).open()
    const runner = await connect()
    const runId = await startRun(a)
    await claim(runner, runId)
    runner.emit(runId, { type: 'entry', entry: message(1, 'before') })
    await until(entries(a, runId), (view) => view.entries.length === 1)
    await world.restart()
    const seqs = new Map([[runId, runner.lastSeq(runId)]])
    const again = await connect({
      runnerId: runner.runnerId,
      seqs,
      runs: [{ runId, turn: 1, lastSeq: runner.lastSeq(runId), active: true }],
    })
    again.emit(runId, { type: 'entry', entry: message(2, 'after') }, { type: 'state', event: 'succeed', turn: 1 })
    await inState(a, runId, 'SUCCEEDED')
    const view = await until(entries(a, runId), (value) => value.entries.length === 2)
    expect(view.entries.map((one) => one.n)).toEqual([1, 2])
  })
})

describe('a runner that should not be here', () => {
  test('a wrong key is refused before there is a socket', async () => {
    await expect(connectScriptedRunner({ url: world.url, key: 'drv_wrongwrongwrongwrongwrong' })).rejects.toThrow(
      'refused with 401',
    )
  })

  test('another protocol, rubbish, and events of a run that is not its own', async () => {
    const key = await world.runnerKey()
    const old = await connectScriptedRunner({ url: world.url, key, protocol: 0 })
    expect((await old.next('error')).refusal.code).toBe('protocol_too_old')
    await old.closed()
    const runner = await connect()
    runner.send({ type: 'nonsense' } as never)
    expect((await runner.next('error')).refusal.code).toBe('invalid')
    const foreign = RunId.parse(newId())
    runner.emit(foreign, { type: 'activity', text: 'mine?' })
    expect((await runner.next('drop')).runId).toBe(foreign)
  })
})
