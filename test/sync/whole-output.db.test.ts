import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { boundedText, textPartBytes, type BoundedText } from '#shared/domain/bounded-text.ts'
import type { EntryBody } from '#shared/domain/transcript.ts'
import { BlobHash, EntryId, type RunId } from '#shared/ids.ts'
import { outputPath } from '#shared/protocol/blobs.ts'
import { systemClock } from '#agent-runner/clock.ts'
import { createBlobStore } from '#agent-runner/link/blob-store.ts'
import { createLog } from '#server/log.ts'
import { storeText } from '#agent-runner/run/store-text.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim, inState, message, startRun } from '../run-script.ts'
import { openWorld, type Person, type World } from '../world.ts'

let world: World
let runner: ScriptedRunner
let mara: Person
let desk: Workspace
let runId: RunId
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-output-'))
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
  await rm(folder, { recursive: true, force: true })
})

/** As a runner hands in the file of a long output. */
async function handIn(content: Uint8Array): Promise<BoundedText> {
  const file = join(folder, 'output')
  await writeFile(file, content)
  const blobs = createBlobStore({
    url: world.url,
    key: await world.runnerKey(),
    clock: systemClock,
    log: createLog('silent'),
  })
  const stored = await storeText(blobs, file)
  blobs.close()
  return { ...boundedText('begins'), length: content.byteLength, ...stored }
}

const tool = (output: BoundedText): EntryBody => ({
  kind: 'tool',
  toolKind: 'execute',
  title: 'seq',
  status: 'completed',
  locations: [],
  output,
  startedAt: 1,
  endedAt: 2,
})
const step = (output: BoundedText): EntryBody => ({
  kind: 'step',
  title: 'Set up',
  status: 'completed',
  output,
  startedAt: 1,
})

/** Entries from the first on, and the server has them. */
async function write(...bodies: EntryBody[]): Promise<void> {
  const entries = bodies.map((body, at) => ({
    type: 'entry' as const,
    entry: { ...message(at + 1, ''), id: EntryId.parse(`e${at + 1}`), body },
  }))
  runner.emit(runId, ...entries)
  await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))
}

const ofTeam = (n: number | string): Promise<Response> => mara.fetch(outputPath(`/api/v1/runs/${runId}`, n as number))

test('an output that was handed in in parts is downloaded as the one file that it was', async () => {
  const printed = randomBytes(2 * textPartBytes + 1234)
  const text = await handIn(printed)
  expect(text.blob).toBeUndefined()
  expect(text.parts).toHaveLength(3)
  await write(tool(text), tool(boundedText('short')))
  const answer = await ofTeam(1)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="output-1.txt"')
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(answer.headers.get('content-length')).toBe(String(printed.byteLength))
  expect(Buffer.from(await answer.arrayBuffer()).equals(printed)).toBe(true)
})

test('one that fits into a single content is downloaded the same way, also by a guest', async () => {
  const printed = Buffer.from('a line\n'.repeat(5000))
  const text = await handIn(printed)
  expect(text.parts).toBeUndefined()
  await write(tool(text), step(text))
  const secret = randomBytes(32).toString('base64url')
  await desk.mutate.shareRun({ runId, secret, anyone: true })
  const guest = `${world.url}/api/v1/shared/${runId}/${secret}`
  await expect.poll(async () => (await fetch(guest)).status).toBe(200)
  const answer = await fetch(outputPath(guest, 1))
  expect([answer.status, await answer.text()]).toEqual([200, printed.toString()])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect((await ofTeam(2)).status).toBe(200)
  // How the run was set up is the team's business.
  expect((await fetch(outputPath(guest, 2))).status).toBe(404)
})

test('what is short, was not kept, or is not there at all says that there is no whole output', async () => {
  const gone: BoundedText = {
    ...boundedText('begins'),
    length: 40_000_000,
    parts: [BlobHash.parse('0'.repeat(64)), BlobHash.parse('1'.repeat(64))],
  }
  await write(tool(boundedText('short')), tool(gone), { kind: 'notice', level: 'info', text: 'A word' })
  for (const n of [1, 2, 3, 99, 0, -1, 'x', 1e99]) {
    const answer = await ofTeam(n)
    expect([n, answer.status]).toEqual([n, 404])
    expect(await answer.text()).toContain('no whole output')
  }
})
