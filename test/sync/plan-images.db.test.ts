import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Plan } from '#shared/domain/plan.ts'
import { PlanId, type BlobHash } from '#shared/ids.ts'
import { planImagePath } from '#shared/protocol/plan-images.ts'
import type { UnsentImage } from '#sync/client/images/device-images.ts'
import { createMemoryImageStore } from '#sync/client/images/memory-image-store.ts'
import type { SyncStatus, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { hashOf, pngOf } from '../pictures.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** What devices do with pictures of plans, against the real server. */
let world: World
let mara: Person
let jonas: Person
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  jonas = await world.invite(mara, 'member')
})
afterEach(() => world.close())

const picture = pngOf({ width: 5, height: 4 })
const planId = PlanId.parse(newId())
const never = new AbortController().signal
const untilUnsent = (workspace: Workspace, accept: (unsent: readonly UnsentImage[]) => boolean) =>
  until<readonly UnsentImage[]>((on) => workspace.subscribeUnsentImages(on), accept)
const untilStatus = (workspace: Workspace, accept: (status: SyncStatus) => boolean) =>
  until<SyncStatus>((on) => workspace.subscribeStatus(on), accept)
const stored = async (person: Person, hash: BlobHash) => (await person.fetch(planImagePath(person.teamId, hash))).status
const untilStored = (hash: BlobHash) =>
  until<number>(
    (on) => {
      const timer = setInterval(() => void stored(mara, hash).then(on, () => undefined), 20)
      return () => clearInterval(timer)
    },
    (status) => status === 200,
    30_000,
  )
const untilSent = async (workspace: Workspace, hash: BlobHash): Promise<void> => {
  await untilStored(hash)
  await untilUnsent(workspace, (unsent) => unsent.length === 0)
}

test('of a plan that is pinned and was never opened they are here without a network', async () => {
  const writer = mara.open()
  await untilStatus(writer, ({ connection }) => connection === 'online')
  const hash = await writer.keepImage({ content: picture, planId })
  await untilSent(writer, hash)
  const imported = await mara.fetch('/api/v1/plans', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ markdown: `# Sketches\n\n![](drover:image/${hash}#5x4)\n` }),
  })
  const pinned = PlanId.parse(Reflect.get(Object(await imported.json()), 'id'))
  const [network, imageStore] = [openDeviceNetwork(), createMemoryImageStore()]
  const reader = jonas.open({ network, imageStore, whenIdle: (act) => act() })
  await until<Plan | undefined>((on) => reader.subscribe((tx) => getRow(tx, keys.plan(pinned), Plan), on), Boolean)
  expect(await imageStore.notes()).toEqual([])
  await reader.pinPlan(pinned, true)
  await until<number>(
    (on) => imageStore.subscribe(() => void imageStore.notes().then((notes) => on(notes.length))),
    (count) => count === 1,
  )
  network.cut('before')
  expect(await reader.readImage(hash, never)).toEqual({ type: 'png', content: picture })
})

describe('a picture that is put in', () => {
  test('is sent by itself, and others have it from then on, also without a network', async () => {
    const here = mara.open()
    await untilStatus(here, ({ connection }) => connection === 'online')
    const hash = await here.keepImage({ content: picture, planId })
    expect(hash).toBe(hashOf(picture))
    await untilSent(here, hash)
    const network = openDeviceNetwork()
    const there = jonas.open({ network })
    expect(await there.readImage(hash, never)).toEqual({ type: 'png', content: picture })
    network.cut('before')
    expect(await there.readImage(hash, never)).toEqual({ type: 'png', content: picture })
  })

  test('is there at once without a network, counts as waiting, and is sent when there is one', async () => {
    const network = openDeviceNetwork()
    network.cut('before')
    const here = mara.open({ network })
    const hash = await here.keepImage({ content: picture, planId })
    expect(await here.readImage(hash, never)).toEqual({ type: 'png', content: picture })
    await untilStatus(here, ({ pending }) => pending === 1)
    expect(await untilUnsent(here, ([one]) => one !== undefined)).toMatchObject([{ hash, planId, refusal: undefined }])
    expect(await stored(mara, hash)).toBe(404)
    network.cut('no')
    await here.refresh()
    await untilSent(here, hash)
    await untilStatus(here, ({ pending }) => pending === 0)
  })

  test('is sent by the next start of an app that was killed before', async () => {
    const imageStore = createMemoryImageStore()
    const network = openDeviceNetwork()
    network.cut('before')
    const killed = mara.open({ network, imageStore })
    const hash = await killed.keepImage({ content: picture, planId })
    await killed.close()
    await untilSent(mara.open({ imageStore }), hash)
    expect(await imageStore.notes()).toMatchObject([{ hash, state: 'stored' }])
  })

  test('is there once though the answer was lost', async () => {
    const [network, imageStore] = [openDeviceNetwork(), createMemoryImageStore()]
    const here = mara.open({ network, imageStore })
    await untilStatus(here, ({ connection }) => connection === 'online')
    // Without its socket the device would not try at all.
    network.cut('requests')
    const hash = await here.keepImage({ content: picture, planId })
    await untilStored(hash)
    network.cut('no')
    await here.refresh()
    await until<string | undefined>(
      (on) => here.subscribeUnsentImages(() => void imageStore.notes().then(([note]) => on(note?.state))),
      (state) => state === 'stored',
    )
    const rows = await world.database.query('select 1 from plan_image where hash = $1', [hash])
    expect(rows).toHaveLength(1)
  })

  test('is told as refused with the reason, and can be sent again or given up', async () => {
    const viewer = await world.invite(mara, 'viewer')
    const here = viewer.open()
    await untilStatus(here, ({ connection }) => connection === 'online')
    const hash = await here.keepImage({ content: picture, planId })
    const isRefused = ([one]: readonly UnsentImage[]): boolean => one?.refusal !== undefined
    expect(await untilUnsent(here, isRefused)).toMatchObject([{ hash, refusal: { code: 'not_allowed' } }])
    await untilStatus(here, ({ pending }) => pending === 0)
    await here.retryImage(hash)
    await untilUnsent(here, (unsent) => !isRefused(unsent))
    await untilUnsent(here, isRefused)
    await here.discardImage(hash)
    await untilUnsent(here, (unsent) => unsent.length === 0)
    expect(await here.readImage(hash, never)).toBe('missing')
  })
})

describe('a picture of others', () => {
  test('is missing until it has come, and what is not that picture is never taken for it', async () => {
    const there = jonas.open()
    const hash = hashOf(picture)
    expect(await there.readImage(hash, never)).toBe('missing')
    await mara.fetch(planImagePath(mara.teamId, hash), { method: 'PUT', body: picture })
    await world.database.query('update plan_image set content = $1', [Buffer.from(pngOf({ width: 9, height: 9 }))])
    expect(await there.readImage(hash, never)).toBe('unreachable')
    await world.database.query('update plan_image set content = $1', [Buffer.from(picture)])
    expect(await there.readImage(hash, never)).toEqual({ type: 'png', content: picture })
  })

  test('can’t be had without a network, and that is told apart from there being none', async () => {
    const network = openDeviceNetwork()
    network.cut('before')
    expect(await jonas.open({ network }).readImage(hashOf(picture), never)).toBe('unreachable')
  })
})
