import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PlanId, TeamId, UserId } from '#shared/ids.ts'
import { imageBytesLimit } from '#shared/domain/plan-image.ts'
import { planImagePath } from '#shared/protocol/plan-images.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { hashOf, pngOf } from '#test/pictures.ts'
import { enterPlan } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'
import { keepImagesMs, pruneImages } from '../jobs/prune-images.ts'
import { createImageStore } from './image-store.ts'

describe('pictures by HTTP', () => {
  let world: World
  let mara: Person
  beforeAll(async () => {
    world = await openWorld()
    mara = await world.owner()
  })
  afterAll(() => world.close())

  let shades = 0
  const fresh = (): Uint8Array<ArrayBuffer> => pngOf({ width: 3, height: 2 }, [1, 2, ++shades])
  const put = (bytes: Uint8Array<ArrayBuffer>, by: Person = mara, hash: string = hashOf(bytes)): Promise<Response> =>
    by.fetch(planImagePath(mara.teamId, hash), { method: 'PUT', body: bytes })
  const get = (hash: string, by: Person = mara): Promise<Response> => by.fetch(planImagePath(mara.teamId, hash))

  test('one that was handed in twice is there once, and is read as what its bytes are', async () => {
    const bytes = fresh()
    expect([(await put(bytes)).status, (await put(bytes)).status]).toEqual([201, 200])
    const read = await get(hashOf(bytes))
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
    })
    expect(read.headers.get('content-disposition')).toMatch(/^inline; filename="[0-9a-f]{12}\.png"$/)
  })

  test('two that are handed in at once are both taken, and so is the same from two devices', async () => {
    const [one, other] = [fresh(), fresh()]
    const answers = await Promise.all([put(one), put(other), put(one), put(one)])
    expect(answers.every(({ ok }) => ok)).toBe(true)
  })

  test.each([
    ['another hash', 400, () => [fresh(), '0'.repeat(64)] as const],
    ['a hash in capitals', 400, () => [fresh(), 'A'.repeat(64)] as const],
    ['an SVG under the name of its hash', 415, () => [textBytes('<svg xmlns="http://www.w3.org/2000/svg"/>')] as const],
    ['a page', 415, () => [textBytes('<!doctype html><script>1</script>')] as const],
    ['nothing', 415, () => [new Uint8Array()] as const],
    ['a head without a picture', 415, () => [fresh().slice(0, 12)] as const],
    ['more pixels than are shown', 413, () => [pngOf({ width: 1, height: 1 }, [0, 0, 0], huge)] as const],
    ['no pixels', 415, () => [pngOf({ width: 1, height: 1 }, [0, 0, 0], { width: 0, height: 9 })] as const],
    ['more bytes than are stored', 413, () => [new Uint8Array(imageBytesLimit + 1)] as const],
  ])('%s is refused, and nothing is kept', async (_name, status, given) => {
    const [bytes, hash = hashOf(bytes)] = given()
    expect((await put(bytes, mara, hash)).status).toBe(status)
    expect((await get(hash)).status).toBe(404)
  })

  test('viewers read them and hand in none; who is in no such team is told that there is none', async () => {
    const [viewer, bytes] = [await world.invite(mara, 'viewer'), fresh()]
    expect((await put(bytes, viewer)).status).toBe(403)
    expect((await put(bytes)).status).toBe(201)
    expect((await get(hashOf(bytes), viewer)).status).toBe(200)
    const path = planImagePath(TeamId.parse('elsewhere'), hashOf(bytes))
    expect((await mara.fetch(path)).status).toBe(404)
    expect((await mara.fetch(path, { method: 'PUT', body: bytes })).status).toBe(404)
  })

  test('one that a plan names in its text outlives its time, and one that only stands there as deleted does not for ever', async () => {
    const [named, loose] = [fresh(), fresh()]
    await put(named)
    await put(loose)
    const made = await mara.fetch('/api/v1/plans', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ markdown: `# Plan\n\n![shot](drover:image/${hashOf(named)}#3x2)\n` }),
    })
    const { id } = (await made.json()) as { id: string }
    // Its version would hold on to it alone: what is looked for here is the document.
    await world.database.query('delete from plan_version where plan_id = $1', [id])
    await world.database.query(`delete from entry where key = 'plan-text/' || $1`, [id])
    const client = enterPlan(world, mara, PlanId.parse(id))
    await client.synced()
    client.close()
    const later = Date.now() + keepImagesMs + 60_000
    await pruneImages(world.database, later)
    expect([(await get(hashOf(named))).status, (await get(hashOf(loose))).status]).toEqual([200, 404])
    await world.database.query('delete from plan_document where plan_id = $1', [id])
    await pruneImages(world.database, later + keepImagesMs / 2)
    expect((await get(hashOf(named))).status).toBe(200)
    await pruneImages(world.database, later + keepImagesMs + 60_000)
    expect((await get(hashOf(named))).status).toBe(404)
  })
})

describeOnEachDatabase('the pictures of a team', (open) => {
  const [team, other, user] = [TeamId.parse('team'), TeamId.parse('other'), UserId.parse('mara')]

  test('have a bound in all, also when several come at once; those of another team do not count', async () => {
    const db = await open()
    const content = pngOf({ width: 2, height: 2 })
    const store = createImageStore(db, content.byteLength * 2)
    const image = (teamId: TeamId) =>
      ({ teamId, hash: hashOf(Buffer.from(newId())), type: 'png', content, addedBy: user }) as const
    const taken = await Promise.all(
      [image(team), image(team), image(team), image(other)].map((one) => store.put(one, 1)),
    )
    expect(taken.filter((isKept) => isKept)).toHaveLength(3)
    expect(taken[3]).toBe(true)
  })

  test('are kept while a version or a row of their own team names them', async () => {
    const db = await open()
    const store = createImageStore(db)
    const content = pngOf({ width: 2, height: 1 })
    const hashes = ['version', 'row', 'deleted row', 'other team’s version'].map((name) => hashOf(Buffer.from(name)))
    const [inVersion, inRow, inDeleted, elsewhere] = hashes
    for (const hash of hashes) await store.put({ teamId: team, hash, type: 'png', content, addedBy: user }, 1)
    const version = `insert into plan_version (team_id, plan_id, id, markdown, created_at) values ($1, 'p', $2, $3, 1)`
    await db.query(version, [team, 'v1', `![](drover:image/${inVersion})`])
    await db.query(version, [other, 'v2', `![](drover:image/${elsewhere})`])
    await db.query(`insert into space (id) values ('team/team')`)
    const row = `insert into entry (space_id, key, value, deleted_at, version) values ('team/team', $1, $2, $3, 1)`
    await db.query(row, ['plan-text/p', JSON.stringify({ markdown: `![](drover:image/${inRow})` }), null])
    await db.query(row, ['plan-text/q', JSON.stringify({ markdown: `![](drover:image/${inDeleted})` }), 1])
    await pruneImages(db, keepImagesMs + 2)
    const kept = await Promise.all(hashes.map(async (hash) => (await store.get(team, hash)) !== undefined))
    expect(kept).toEqual([true, true, false, false])
  })
})

const huge = { width: 7000, height: 7000 }
const textBytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
