import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fileBytesLimit, pictureBytesLimit, type Attachment } from '#shared/domain/attachment.ts'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import type { EntryBody } from '#shared/domain/transcript.ts'
import { DeliveryId, EntryId, PromptId, RunId } from '#shared/ids.ts'
import { attachmentPath } from '#shared/protocol/attachments.ts'
import { blobPath } from '#shared/protocol/blobs.ts'
import { createBlobStore } from '#server/db/blob-store.ts'
import { createMemoryImageStore } from '#sync/client/images/memory-image-store.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { hashOf, pngOf } from '../pictures.ts'
import { claim } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

const textBytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
let shade = 0
const freshPicture = (): Uint8Array<ArrayBuffer> => pngOf({ width: 3, height: 2 }, [7, 9, ++shade])

describe('files that go with messages, over the real server', () => {
  let world: World
  let mara: Person
  const runners: ScriptedRunner[] = []
  beforeEach(async () => {
    world = await openWorld()
    mara = await world.owner()
  })
  afterEach(async () => {
    for (const one of runners.splice(0)) one.close()
    await world.close()
  })

  async function connect(options: Partial<Parameters<typeof connectScriptedRunner>[0]> = {}): Promise<ScriptedRunner> {
    const made = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), ...options })
    runners.push(made)
    await made.next('welcome')
    return made
  }
  /** A device that knows already what its person may do. */
  async function open(options: Parameters<Person['open']>[0] = {}): Promise<Workspace> {
    const device = mara.open(options)
    await until<Member | undefined>(
      (on) => device.subscribe((tx) => getRow(tx, keys.member(mara.userId), Member), on),
      (me) => me !== undefined,
    )
    return device
  }
  async function keep(device: Workspace, content: Uint8Array<ArrayBuffer>, name: string): Promise<Attachment> {
    const blob = await device.keepAttachment(content)
    return { blob, name, type: name.endsWith('.png') ? 'png' : 'text', bytes: content.byteLength }
  }
  async function start(device: Workspace, attachments: Attachment[] = []): Promise<RunId> {
    const runId = RunId.parse(newId())
    await device.sendAttachments(attachments.map(({ blob }) => blob))
    const config = { harness: HarnessId.parse('runbook'), sandbox: 'direct' } as const
    await device.mutate.createRun({ runId, promptId: PromptId.parse(newId()), prompt: 'Look', config, attachments })
    return runId
  }
  async function send(device: Workspace, runId: RunId, attachments: Attachment[]): Promise<PromptId> {
    const promptId = PromptId.parse(newId())
    const deliveryId = DeliveryId.parse(newId())
    await device.mutate.sendPrompt({ runId, promptId, deliveryId, text: 'See', mode: 'queue', attachments })
    return promptId
  }
  const readRun = (device: Workspace, runId: RunId) => device.query((tx) => getRow(tx, keys.run(runId), Run))
  const untilServed = (by: Person, blob: string) =>
    until<number>(
      (on) => {
        const timer = setInterval(() => void by.fetch(blobPath(blob)).then(({ status }) => on(status)), 20)
        return () => clearInterval(timer)
      },
      (status) => status === 200,
      30_000,
    )

  test('what was attached and sent without a network is there once after a kill, with its message, for the others and the runner', async () => {
    const runner = await connect()
    const attachmentStore = createMemoryImageStore()
    const network = openDeviceNetwork()
    network.cut('before')
    const killed = mara.open({ network, attachmentStore })
    const content = freshPicture()
    const shot = await keep(killed, content, 'shot.png')
    expect(await killed.readAttachment(shot.blob)).toEqual(content)
    await killed.sendAttachments([shot.blob])
    await killed.close()
    const device = await open({ attachmentStore })
    const runId = await start(device, [shot])
    const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
    expect(assignment.prompt.attachments).toEqual([shot])
    const jonas = await world.invite(mara, 'member')
    await untilServed(jonas, shot.blob)
    const key = await world.runnerKey()
    const fetched = await fetch(`${world.url}/api/runner/blobs/${shot.blob}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(content)
    expect(await readRun(device, runId)).toMatchObject({ pictures: 1 })
  })

  test('a file that stands in a message which is not sent stays on the device', async () => {
    const attachmentStore = createMemoryImageStore()
    const device = await open({ attachmentStore })
    const draft = await keep(device, textBytes('half a thought'), 'note.txt')
    const sent = await keep(device, textBytes('a whole one'), 'sent.txt')
    await device.sendAttachments([sent.blob])
    await untilServed(mara, sent.blob)
    expect((await mara.fetch(blobPath(draft.blob))).status).toBe(404)
    expect((await attachmentStore.notes()).map(({ state }) => state).sort()).toEqual(['held', 'stored'])
  })

  test('a message that waits gives its files to the turn that it begins; those that were taken out count no more', async () => {
    const runner = await connect()
    const device = await open()
    const runId = await start(device)
    await claim(runner, runId)
    const [one, two] = [await keep(device, freshPicture(), 'one.png'), await keep(device, freshPicture(), 'two.png')]
    const promptId = await send(device, runId, [one, two])
    expect(await readRun(device, runId)).toMatchObject({ pictures: 2 })
    await device.mutate.editPrompt({ runId, promptId, text: 'See', attachments: [two] })
    expect(await readRun(device, runId)).toMatchObject({ pictures: 1 })
    const gone = await send(device, runId, [one])
    await device.mutate.removePrompt({ runId, promptId: gone })
    expect(await readRun(device, runId)).toMatchObject({ pictures: 1 })
    await until<readonly Prompt[]>(
      (on) => mara.open().subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      ([waiting, other]) => other === undefined && waiting?.attachments?.length === 1,
    )
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    const { assignment } = await runner.next('assign', (given) => given.assignment.turn === 2)
    expect(assignment.prompt.attachments).toEqual([two])
  })

  test('limits: 5 pictures a message, 20 a conversation, whoever asks', async () => {
    const device = await open()
    const runId = await start(device)
    const five = await Promise.all(Array.from({ length: 5 }, () => keep(device, freshPicture(), 'a.png')))
    const six = [...five, await keep(device, freshPicture(), 'b.png')]
    await expect(send(device, runId, six)).rejects.toMatchObject({ code: 'too_many' })
    for (let round = 0; round < 4; round++) await send(device, runId, five)
    await expect(send(device, runId, five.slice(0, 1))).rejects.toMatchObject({ code: 'too_many' })
  })

  test('who looks at a shared run gets the files of its messages, and no others', async () => {
    const runner = await connect()
    const device = await open()
    const shot = await keep(device, freshPicture(), 'shot.png')
    const other = await keep(device, freshPicture(), 'other.png')
    await device.sendAttachments([other.blob])
    const runId = await start(device, [shot])
    await Promise.all([shot, other].map(({ blob }) => untilServed(mara, blob)))
    await claim(runner, runId)
    const body: EntryBody = { kind: 'user', text: boundedText('Look'), by: mara.userId, attachments: [shot] }
    runner.emit(runId, { type: 'entry', entry: { id: EntryId.parse('e-1'), n: 1, at: 1, turn: 1, body } })
    await runner.next('ack', ({ seq }) => seq >= runner.lastSeq(runId))
    const secret = randomBytes(32).toString('base64url')
    await device.mutate.shareRun({ runId, secret, anyone: true })
    const get = (blob: string) => fetch(`${world.url}/api/v1/shared/${runId}/${secret}/blobs/${blob}`)
    await until<number>(
      (on) => {
        const timer = setInterval(() => void get(shot.blob).then(({ status }) => on(status)), 20)
        return () => clearInterval(timer)
      },
      (status) => status === 200,
    )
    expect((await get(other.blob)).status).toBe(404)
  })

  test('an older runner is told of them in the text', async () => {
    const old = await connect({ takesAttachments: false })
    const device = await open()
    const runId = await start(device, [await keep(device, freshPicture(), 'shot.png')])
    const { prompt } = (await old.next('assign', (one) => one.assignment.runId === runId)).assignment
    expect(prompt.attachments).toBeUndefined()
    expect(prompt.text).toContain('- shot.png')
  })
})

describe('files by HTTP', () => {
  let world: World
  let mara: Person
  beforeAll(async () => {
    world = await openWorld()
    mara = await world.owner()
  })
  afterAll(() => world.close())
  const put = (bytes: Uint8Array<ArrayBuffer>, hash: string = hashOf(bytes), by: Person = mara): Promise<Response> =>
    by.fetch(attachmentPath(mara.teamId, hash), { method: 'PUT', body: bytes })

  test('nothing of it runs in our origin, whatever it is', async () => {
    const page = textBytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    expect([(await put(page)).status, (await put(page)).status]).toEqual([201, 200])
    const read = await mara.fetch(blobPath(hashOf(page)))
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    })
  })

  test.each([
    ['another hash', 400, () => [freshPicture(), '0'.repeat(64)] as const],
    ['nothing', 400, () => [new Uint8Array()] as const],
    ['more than is stored', 413, () => [new Uint8Array(fileBytesLimit + 1)] as const],
    ['a picture that no model takes', 413, () => [heavy()] as const],
    ['a picture of too many pixels', 413, () => [pngOf({ width: 1, height: 1 }, [0, 0, 0], huge)] as const],
  ])('%s is refused, and nothing is kept', async (_name, status, given) => {
    const [bytes, hash = hashOf(bytes)] = given()
    expect((await put(bytes, hash)).status).toBe(status)
    expect((await mara.fetch(blobPath(hash))).status).toBe(404)
  })

  test('a viewer hands in nothing', async () => {
    const viewer = await world.invite(mara, 'viewer')
    expect((await put(freshPicture(), undefined, viewer)).status).toBe(403)
  })

  test('what people attached has a bound for each team; what runners hand in does not count', async () => {
    const blobs = createBlobStore(world.database, 10)
    await blobs.put('team-x', 'a', new Uint8Array(50), 1)
    expect(await blobs.attach('team-x', 'b', new Uint8Array(6), 1)).toBe(true)
    expect(await blobs.attach('team-x', 'c', new Uint8Array(6), 1)).toBe(false)
    expect(await blobs.attach('team-y', 'c', new Uint8Array(6), 1)).toBe(true)
    expect(await blobs.has('team-x', 'c')).toBe(false)
  })

  const huge = { width: 10_000, height: 10_000 }
  function heavy(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(pictureBytesLimit + 1)
    bytes.set(freshPicture())
    return bytes
  }
})
