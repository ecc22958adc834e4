import { afterEach, beforeEach, expect, test } from 'vitest'
import { Prompt } from '#shared/domain/prompt.ts'
import { ReviewChange, type FileOp } from '#shared/domain/review-change.ts'
import { ReviewComment } from '#shared/domain/review-comment.ts'
import { ReviewMarks } from '#shared/domain/review-marks.ts'
import { RunFiles } from '#shared/domain/transcript.ts'
import { DeliveryId, PromptId, ReviewChangeId, ReviewCommentId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim, inState, startRun } from '../run-script.ts'
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

/** A run whose turn is over. */
async function endedRun(device: Workspace, runner: ScriptedRunner): Promise<RunId> {
  const runId = await startRun(device)
  await claim(runner, runId)
  await inState(device, runId, 'INPROGRESS')
  runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
  await inState(device, runId, 'SUCCEEDED')
  return runId
}

const commentsOf = (device: Workspace, runId: RunId) => (on: (value: ReviewComment[]) => void) =>
  device.subscribe((tx) => scanRows(tx, keys.reviewCommentsOf(runId), ReviewComment), on)
const changeOf =
  (device: Workspace, runId: RunId, id: ReviewChangeId) => (on: (value: ReviewChange | undefined) => void) =>
    device.subscribe((tx) => getRow(tx, keys.reviewChange(runId, id), ReviewChange), on)
const commentId = () => ReviewCommentId.parse(newId())
const op: FileOp = { kind: 'write', path: 'a.ts', after: 'ab'.repeat(20), text: 'mine\n' }
const ask = (runId: RunId) => ({
  runId,
  changeId: ReviewChangeId.parse(newId()),
  deliveryId: DeliveryId.parse(newId()),
  ops: [op],
})

test('comments of two people go to the agent as one message, once, and start its next turn', async () => {
  const mara = await world.owner()
  const jonas = await world.invite(mara, 'member')
  const [desktop, phone] = [mara.open(), jonas.open()]
  const runner = await connect()
  const runId = await endedRun(desktop, runner)
  await inState(phone, runId, 'SUCCEEDED')
  const [one, two] = [commentId(), commentId()]
  await desktop.mutate.addReviewComment({ runId, commentId: one, text: 'Why twice?' })
  await until(commentsOf(phone, runId), (all) => all.length === 1)
  await phone.mutate.addReviewComment({ runId, commentId: two, thread: one, text: 'Once is enough.' })
  await until(commentsOf(desktop, runId), (all) => all.length === 2)
  const message = {
    runId,
    promptId: PromptId.parse(newId()),
    deliveryId: DeliveryId.parse(newId()),
    text: 'Two comments',
    mode: 'queue' as const,
    comments: [one, two],
  }
  // A page that was killed offers it again.
  await desktop.mutate.sendReviewComments(message)
  await desktop.mutate.sendReviewComments(message)
  const { assignment } = await runner.next('assign', (given) => given.assignment.turn === 2)
  expect(assignment.prompt.text).toBe('Two comments')
  const seen = await until(commentsOf(phone, runId), (all) => all.every(({ sent }) => sent !== undefined))
  expect(seen.map(({ sent }) => sent?.promptId)).toEqual([message.promptId, message.promptId])
  expect(await phone.query((tx) => scanRows(tx, keys.promptsOf(runId), Prompt))).toHaveLength(1)
})

test('a thread keeps its place when its first comment is deleted, and goes with its last answer', async () => {
  const device = (await world.owner()).open()
  const runId = await startRun(device)
  const [one, two] = [commentId(), commentId()]
  await device.mutate.addReviewComment({ runId, commentId: one, text: 'First' })
  await device.mutate.resolveReviewThread({ runId, thread: one, resolved: true })
  await device.mutate.addReviewComment({ runId, commentId: two, thread: one, text: 'Second' })
  const answered = await until(commentsOf(device, runId), (all) => all.length === 2)
  expect(answered.find(({ id }) => id === one)?.resolved).toBeUndefined()
  await device.mutate.removeReviewComment({ runId, commentId: one })
  const left = await until(commentsOf(device, runId), (all) => all.some(({ removed }) => removed))
  expect(left.find(({ id }) => id === one)).toMatchObject({ removed: true, text: '' })
  await device.mutate.removeReviewComment({ runId, commentId: two })
  expect(await until(commentsOf(device, runId), (all) => all.length === 0)).toEqual([])
})

test('a viewer neither comments nor changes files, and nobody edits another’s comment', async () => {
  const mara = await world.owner()
  const [owner, viewer] = [mara.open(), (await world.invite(mara, 'viewer')).open()]
  const member = (await world.invite(mara, 'member')).open()
  const runId = await startRun(owner)
  const id = commentId()
  await owner.mutate.addReviewComment({ runId, commentId: id, text: 'Mine' })
  await until(commentsOf(viewer, runId), (all) => all.length === 1)
  await until(commentsOf(member, runId), (all) => all.length === 1)
  const refused = { code: 'not_allowed' }
  await expect(viewer.mutate.addReviewComment({ runId, commentId: commentId(), text: 'No' })).rejects.toMatchObject(
    refused,
  )
  await expect(viewer.mutate.changeRunFiles(ask(runId))).rejects.toMatchObject(refused)
  await expect(member.mutate.editReviewComment({ runId, commentId: id, text: 'No' })).rejects.toMatchObject(refused)
  await expect(member.mutate.removeReviewComment({ runId, commentId: id })).rejects.toMatchObject(refused)
})

test('files of a run that has ended are changed by the machine that has its workspace, also when it was away', async () => {
  const mara = await world.owner()
  const device = mara.open()
  const runner = await connect()
  const runId = await endedRun(device, runner)
  runner.close()
  const asked = ask(runId)
  await device.mutate.changeRunFiles(asked)
  await until(changeOf(device, runId, asked.changeId), (row) => row?.state === 'accepted')
  const back = await connect({
    runnerId: runner.runnerId,
    runs: [{ runId, turn: 1, lastSeq: runner.lastSeq(runId), active: false }],
    seqs: new Map([[runId, runner.lastSeq(runId)]]),
  })
  const delivery = await back.next('deliver')
  expect(delivery.body).toEqual({
    type: 'files',
    changeId: asked.changeId,
    by: mara.userId,
    name: 'Mara Lindqvist',
    ops: [op],
  })
  // What it tells of the files comes after the end of the turn.
  back.emit(
    runId,
    { type: 'files', turn: 1, files: [] },
    { type: 'files', files: [{ path: 'a.ts', status: 'modified', added: 1, removed: 1 }] },
  )
  back.send({ type: 'receipt', deliveryId: delivery.deliveryId, runId, state: 'done' })
  await until(changeOf(device, runId, asked.changeId), (row) => row?.state === 'done')
  const transcript = device.openTranscript(runId)
  const files = (key: string) => (on: (value: RunFiles | undefined) => void) =>
    transcript.subscribe((tx) => getRow(tx, key, RunFiles), on)
  expect((await until(files(keys.files), (row) => row !== undefined))?.files).toHaveLength(1)
  expect((await until(files(keys.turnFiles(1)), (row) => row !== undefined))?.turn).toBe(1)
  transcript.close()
})

test('what was changed meanwhile, and a machine that is too old, are told', async () => {
  const device = (await world.owner()).open()
  const runner = await connect({ takesFiles: false })
  const runId = await endedRun(device, runner)
  const asked = ask(runId)
  await device.mutate.changeRunFiles(asked)
  const row = await until(changeOf(device, runId, asked.changeId), (one) => one?.state === 'refused')
  expect(row?.refusal?.code).toBe('protocol_too_old')
  runner.close()
  const newer = await connect({ runnerId: runner.runnerId })
  const again = ask(runId)
  await device.mutate.changeRunFiles(again)
  const { deliveryId } = await newer.next('deliver')
  newer.send({ type: 'receipt', deliveryId, runId, state: 'refused', refusal: { code: 'stale', detail: 'a.ts' } })
  const refused = await until(changeOf(device, runId, again.changeId), (one) => one?.state === 'refused')
  expect(refused?.refusal).toEqual({ code: 'stale', detail: 'a.ts' })
})

test('what a person accepted is theirs, and is taken back', async () => {
  const mara = await world.owner()
  const device = mara.open()
  const runId = await startRun(device)
  const marks = (on: (value: ReviewMarks | undefined) => void) =>
    device.subscribe((tx) => getRow(tx, keys.reviewMarks(runId, mara.userId), ReviewMarks), on)
  const file = 'ab'.repeat(20)
  await device.mutate.markReviewed({
    runId,
    marks: [
      { path: 'a.ts', mark: { file } },
      { path: 'b.ts', mark: { hunks: ['1'] } },
    ],
  })
  expect(Object.keys((await until(marks, (row) => row !== undefined))?.files ?? {})).toEqual(['a.ts', 'b.ts'])
  await device.mutate.markReviewed({ runId, marks: [{ path: 'a.ts', mark: {} }] })
  expect((await until(marks, (row) => row?.files['a.ts'] === undefined))?.files).not.toHaveProperty('a.ts')
})
