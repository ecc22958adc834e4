import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { BlobHash, type RunId } from '#shared/ids.ts'
import { createMemoryKeeping, type Keeping } from '#sync/client/kept-runs.ts'
import type { KeptRun, TextHit, Transcript, TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { openDeviceNetwork, type DeviceNetwork } from '../device-network.ts'
import { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim, inState, message, startRun } from '../run-script.ts'
import { openWorld, until, type World } from '../world.ts'

/** Chunks hold 20 entries, and a first answer the newest ten of them. */
const total = 1_205

let world: World
let runner: ScriptedRunner
beforeEach(async () => {
  world = await openWorld()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
})
afterEach(async () => {
  runner.close()
  await world.close()
})

/** A run under way that has said `total` lines. */
async function longRun(device: Workspace): Promise<RunId> {
  const runId = await startRun(device)
  await claim(runner, runId)
  await inState(device, runId, 'INPROGRESS')
  for (let from = 1; from <= total; from += 200) {
    const count = Math.min(200, total - from + 1)
    const said = Array.from({ length: count }, (_, at) => message(from + at, `line ${from + at}`))
    runner.emit(runId, ...said.map((entry) => ({ type: 'entry' as const, entry })))
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))
  }
  return runId
}

/** What a page shows of it. */
function watch(transcript: Transcript): { readonly view: () => TranscriptView; readonly numbers: () => number[] } {
  let view: TranscriptView = { entries: [], hasOlder: false, olderIsHere: false, loaded: false }
  transcript.subscribeEntries((next) => (view = next))
  return { view: () => view, numbers: () => view.entries.map(({ n }) => n) }
}

const isNewest = (view: TranscriptView): boolean => view.loaded && view.entries.at(-1)?.n === total
const shown = (transcript: Transcript) => (on: (view: TranscriptView) => void) => transcript.subscribeEntries(on)
const fromTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

/** Another page of a device that has written what it has to its store, which it does a moment later. */
async function openAnew(open: () => Workspace, runId: RunId): Promise<Transcript> {
  return vi.waitFor(
    async () => {
      const device = open()
      const transcript = device.openTranscript(runId)
      try {
        const page = watch(transcript)
        await vi.waitFor(() => expect(page.view().loaded).toBe(true), { timeout: 400 })
        expect(page.view().olderIsHere).toBe(true)
        return transcript
      } catch (error) {
        await device.close()
        throw error
      }
    },
    { timeout: 10_000 },
  )
}

function cutOff(): DeviceNetwork {
  const network = openDeviceNetwork()
  network.cut('before')
  return network
}

describe('a long transcript', () => {
  test('what was scrolled back to once is read without a network, and nothing beyond it is claimed', async () => {
    const mara = await world.owner()
    const network = openDeviceNetwork()
    const device = mara.open({ network })
    const runId = await longRun(device)
    const storePrefix = 'kept'
    const other = mara.open({ network, storePrefix })
    const first = other.openTranscript(runId)
    const page = watch(first)
    await until(shown(first), isNewest)
    expect(page.numbers()).toEqual(fromTo(1_021, total))
    expect(page.view()).toMatchObject({ hasOlder: true, olderIsHere: false })
    expect([await first.loadOlder(), await first.loadOlder()]).toEqual([true, true])
    expect(page.numbers()).toEqual(fromTo(621, total))
    first.close()

    network.cut('before')
    const again = await openAnew(() => mara.open({ network, storePrefix }), runId)
    const offline = watch(again)
    // No more of it is read than is shown.
    expect(offline.numbers()).toEqual(fromTo(1_021, total))
    expect(offline.view().olderIsHere).toBe(true)
    expect([await again.loadOlder(), await again.loadOlder(), await again.loadOlder()]).toEqual([true, true, false])
    expect(offline.numbers()).toEqual(fromTo(621, total))
    expect(offline.view()).toMatchObject({ hasOlder: true, olderIsHere: false })

    network.cut('no')
    await vi.waitFor(async () => expect(await again.loadOlder()).toBe(true))
    while (await again.loadOlder());
    expect(offline.numbers()).toEqual(fromTo(1, total))
    expect(offline.view()).toMatchObject({ hasOlder: false, olderIsHere: false })
    again.close()
  })

  test('an old entry that changes is changed where it has been scrolled back to, and comes changed where it was not', async () => {
    const mara = await world.owner()
    const device = mara.open()
    const runId = await longRun(device)
    const [near, far] = [mara.open(), mara.open()].map((one) => one.openTranscript(runId))
    if (near === undefined || far === undefined) throw new Error('two devices')
    const [nearPage, farPage] = [watch(near), watch(far)]
    await Promise.all([until(shown(near), isNewest), until(shown(far), isNewest)])
    while (await far.loadOlder());
    const textOf = (page: { view: () => TranscriptView }, n: number): string | undefined => {
      const body = page.view().entries.find((one) => one.n === n)?.body
      return body?.kind === 'message' ? body.text.head : undefined
    }
    runner.emit(runId, { type: 'entry', entry: message(7, 'line 7, said anew') })
    await until(shown(far), () => textOf(farPage, 7) === 'line 7, said anew')
    runner.emit(runId, { type: 'entry', entry: message(total + 1, 'the last') })
    await until(shown(near), (view) => view.entries.at(-1)?.n === total + 1)
    expect(nearPage.numbers()).toEqual(fromTo(1_021, total + 1))
    while (await near.loadOlder());
    expect(nearPage.numbers()).toEqual(fromTo(1, total + 1))
    expect(textOf(nearPage, 7)).toBe('line 7, said anew')
    near.close()
    far.close()
  })

  test('a page that has followed long goes back to the newest, and further back again by the device alone', async () => {
    const mara = await world.owner()
    const network = openDeviceNetwork()
    const device = mara.open({ network })
    const runId = await longRun(device)
    const transcript = device.openTranscript(runId)
    const page = watch(transcript)
    await until(shown(transcript), isNewest)
    while (await transcript.loadOlder());
    transcript.keepNewest(100)
    await until(shown(transcript), (view) => view.entries.length < 200)
    expect(page.numbers()).toEqual(fromTo(page.numbers()[0] ?? 0, total))
    expect(page.numbers().length).toBeGreaterThanOrEqual(100)
    expect(page.view()).toMatchObject({ hasOlder: true, olderIsHere: true })
    network.cut('before')
    while (await transcript.loadOlder());
    expect(page.numbers()).toEqual(fromTo(1, total))
    transcript.close()
  })
})

describe('a run that is kept offline', () => {
  /** Keeping whose blobs are only noted. */
  const noted = () => {
    const blobs = new Map<string, readonly string[]>()
    const keeping: Keeping = {
      ...createMemoryKeeping(),
      keepBlobs: async (runId, hashes) => void blobs.set(runId, hashes),
      dropBlobs: async (runId) => void blobs.delete(runId),
    }
    return { keeping, blobs }
  }
  const isWhole = (runId: RunId) => (kept: ReadonlyMap<RunId, KeptRun>) => kept.get(runId)?.whole === true

  test('comes whole, with its large texts, though nobody scrolls, and is brought up to date when it goes on', async () => {
    const mara = await world.owner()
    const device = mara.open()
    const runId = await longRun(device)
    const blob = BlobHash.parse('a'.repeat(64))
    const large = {
      ...message(total + 1, 'a beginning'),
      body: { kind: 'message' as const, text: { ...boundedText('a beginning'), blob }, done: true },
    }
    runner.emit(runId, { type: 'entry', entry: large })
    await runner.next('ack', (one) => one.seq === runner.lastSeq(runId))

    const network = openDeviceNetwork()
    const { keeping, blobs } = noted()
    let now = Date.now()
    const storePrefix = 'pinned'
    const phone = mara.open({ network, keeping, storePrefix, now: () => now })
    await phone.pinRun(runId, true)
    await until((on: (kept: ReadonlyMap<RunId, KeptRun>) => void) => phone.subscribeKept(on), isWhole(runId))
    expect(blobs.get(runId)).toEqual([blob])

    // It goes on while the phone looks elsewhere: within half a minute that is here too.
    now += 31_000
    runner.emit(runId, { type: 'entry', entry: message(total + 2, 'and on') }, { type: 'activity', text: 'goes on' })
    await until(
      (on: (run: Run | undefined) => void) => phone.subscribe((tx) => getRow(tx, keys.run(runId), Run), on),
      (run) => run?.activity === 'goes on',
    )
    await until((on: (kept: ReadonlyMap<RunId, KeptRun>) => void) => phone.subscribeKept(on), isWhole(runId))
    const again = await openAnew(() => mara.open({ network: cutOff(), storePrefix }), runId)
    const page = watch(again)
    await until(shown(again), (view) => view.entries.at(-1)?.n === total + 2)
    while (await again.loadOlder());
    expect(page.numbers()).toEqual(fromTo(1, total + 2))

    await phone.pinRun(runId, false)
    expect(blobs.size).toBe(0)
  })

  test('stays when the device makes room; the others go, and come back from the server', async () => {
    const mara = await world.owner()
    const device = mara.open()
    const [first, second] = [await longRun(device), await startRun(device)]
    const network = openDeviceNetwork()
    const phone = mara.open({ network })
    for (const runId of [first, second]) {
      const transcript = phone.openTranscript(runId)
      await until(shown(transcript), (view) => view.loaded)
      transcript.close()
    }
    await phone.pinRun(first, true)
    const kept = (on: (kept: ReadonlyMap<RunId, KeptRun>) => void) => phone.subscribeKept(on)
    await until(kept, isWhole(first))
    // What was only just shown is still open, and stays.
    await vi.waitFor(async () => expect(await phone.makeRoom()).toBe(1), { timeout: 10_000 })
    expect([...(await until(kept, (all) => all.size === 1)).keys()]).toEqual([first])
    network.cut('before')
    const gone = watch(phone.openTranscript(second))
    const here = phone.openTranscript(first)
    await until(shown(here), isNewest)
    expect(gone.view().loaded).toBe(false)
    network.cut('no')
    await phone.refresh()
    await vi.waitFor(() => expect(gone.view().loaded).toBe(true))
  })
})

describe('words in transcripts', () => {
  const find = async (device: Workspace, query: { text: string; runId?: RunId; perRun?: number }) => {
    const found = new Map<RunId, readonly TextHit[]>()
    await device.findText({ perRun: 3, signal: new AbortController().signal, ...query }, (runId, hits) =>
      found.set(runId, hits),
    )
    return found
  }

  test('are found in what this device has, open or not, without a network, the newest first', async () => {
    const mara = await world.owner()
    const network = openDeviceNetwork()
    const device = mara.open({ network })
    const runId = await longRun(device)
    runner.emit(runId, { type: 'entry', entry: message(total + 1, 'Über  den\nWolken stands in no line') })
    const transcript = device.openTranscript(runId)
    await until(shown(transcript), (view) => view.entries.at(-1)?.n === total + 1)
    network.cut('before')

    const [hits] = [...(await find(device, { text: 'LINE 120' })).values()]
    expect(hits?.map(({ n, match }) => [n, match])).toEqual([1_205, 1_204, 1_203].map((n) => [n, 'line 120']))
    // Across the end of a line, in either case.
    const [across] = [...(await find(device, { text: 'über den wolken' })).values()]
    expect(across).toMatchObject([{ n: total + 1, before: '', match: 'Über den Wolken', after: ' stands in no line' }])
    expect((await find(device, { text: 'line 77 ' })).size).toBe(0)
    // Only what is here: line 20 was never scrolled back to.
    expect((await find(device, { text: 'line 20', runId, perRun: 2_000 })).size).toBe(0)

    transcript.close()
    network.cut('no')
    const other = await startRun(device)
    expect([...(await find(device, { text: 'line 1205' })).keys()]).toEqual([runId])
    expect((await find(device, { text: 'line 1205', runId: other })).size).toBe(0)
  })

  test('that somebody stops looking for are not looked for any more', async () => {
    const mara = await world.owner()
    const device = mara.open()
    const runId = await longRun(device)
    const transcript = device.openTranscript(runId)
    await until(shown(transcript), isNewest)
    const stop = new AbortController()
    stop.abort()
    let calls = 0
    await device.findText({ text: 'line', perRun: 3, signal: stop.signal }, () => calls++)
    expect(calls).toBe(0)
    transcript.close()
  })
})
