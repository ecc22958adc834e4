import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { applyUpdate, Doc, encodeStateVector } from 'yjs'
import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { paragraphsOf } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '#test/plan-world.ts'
import { openWorld, type Person, type World } from '#test/world.ts'

describe('plans by HTTP', () => {
  let world: World
  let mara: Person
  beforeAll(async () => {
    world = await openWorld()
    mara = await world.owner()
  })
  afterAll(() => world.close())

  const make = (body: object, by: Person = mara): Promise<Response> =>
    by.fetch('/api/v1/plans', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const made = async (body: object): Promise<PlanId> =>
    z.object({ id: PlanId }).parse(await (await make(body)).json()).id

  test('a Markdown file becomes a plan with a document, rows, and a version', async () => {
    const markdown = '# Move\n\nWords.\n\n- [x] one\n- [ ] two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n'
    const id = await made({ folder: 'work/queue', markdown })
    const [row] = Plan.array().parse(await rowsOf(world, mara, keys.plan(id)))
    expect(row).toMatchObject({ title: 'Move', folder: 'work/queue', version: 1, steps: { done: 1, total: 2 } })
    const [version] = PlanVersion.array().parse(await rowsOf(world, mara, keys.planVersionsOf(id)))
    expect(version).toMatchObject({ n: 1, origin: 'import', by: [{ kind: 'person', userId: mara.userId }] })
    const read = await mara.fetch(`/api/v1/plans/${id}/versions/${version?.id}`)
    const text = await (await mara.fetch(`/api/v1/plans/${id}/markdown`)).text()
    expect(await read.json()).toEqual({ markdown: text })
    expect(text).toContain('- [x] one')
    const client = enterPlan(world, mara, id)
    await client.synced()
    expect(client.doc.getXmlFragment('body').length).toBe(4)
    client.close()
  })

  test('a title that the text has not stands before it, and one that it has does not twice', async () => {
    const [without, has] = [
      await made({ title: 'A *title*', markdown: 'Words.' }),
      await made({ title: 'Move', markdown: '# Move\n\nWords.' }),
    ]
    const text = async (id: PlanId) => (await mara.fetch(`/api/v1/plans/${id}/markdown`)).text()
    expect(await text(without)).toBe('# A \\*title\\*\n\nWords.\n')
    expect(await text(has)).toBe('# Move\n\nWords.\n')
    const [row] = Plan.array().parse(await rowsOf(world, mara, keys.plan(without)))
    expect(row?.title).toBe('A *title*')
  })

  test('viewers make none, and a text that is too long makes none', async () => {
    const viewer = await world.invite(mara, 'viewer')
    expect((await make({ markdown: 'x' }, viewer)).status).toBe(403)
    const before = (await rowsOf(world, mara, keys.plans)).length
    expect((await make({ markdown: 'x'.repeat(1_000_001) })).status).toBe(400)
    expect(await rowsOf(world, mara, keys.plans)).toHaveLength(before)
  })

  test('the text is a file that is named after the plan, whatever it is called', async () => {
    const names: readonly [title: string, name: string][] = [
      ['Move', `filename="Move.md"; filename*=UTF-8''Move.md`],
      ['../../etc/"passwd"\r\nx: y', `filename="etc passwd x y.md"; filename*=UTF-8''etc%20passwd%20x%20y.md`],
      ['Größe 😀', `filename="Groe.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%F0%9F%98%80.md`],
      ['移行', `filename="plan.md"; filename*=UTF-8''%E7%A7%BB%E8%A1%8C.md`],
      ['con', `filename="plan.md"; filename*=UTF-8''plan.md`],
      ['\u202Egpj.exe', `filename="gpj.exe.md"; filename*=UTF-8''gpj.exe.md`],
    ]
    for (const [title, name] of names) {
      const id = await made({ title, markdown: 'Words.' })
      const answered = await mara.fetch(`/api/v1/plans/${id}/markdown`)
      expect(answered.headers.get('content-disposition')).toBe(`attachment; ${name}`)
      expect(answered.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    }
  })

  test('the document comes as one update: whole, what is new since a state, or nothing where nothing is new', async () => {
    const planId = await openPlanDevice(mara).createPlan()
    const client = enterPlan(world, mara, planId)
    client.write('first')
    await client.stored()
    const path = `/api/v1/plans/${planId}/state`
    const whole = await mara.fetch(path)
    const copy = new Doc()
    applyUpdate(copy, new Uint8Array(await whole.arrayBuffer()))
    expect([whole.headers.get('content-type'), paragraphsOf(copy)]).toEqual(['application/octet-stream', ['first']])

    const tag = whole.headers.get('etag') ?? ''
    expect((await mara.fetch(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
    client.write('second')
    await client.stored()
    const changed = await mara.fetch(path, { headers: { 'if-none-match': tag } })
    expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false])

    const since = Buffer.from(encodeStateVector(copy)).toString('base64url')
    const more = new Uint8Array(await (await mara.fetch(`${path}?since=${since}`)).arrayBuffer())
    expect(more.length).toBeLessThan((await changed.arrayBuffer()).byteLength)
    applyUpdate(copy, more)
    expect(paragraphsOf(copy)).toEqual(['first', 'second'])
    client.close()
    for (const wrong of ['%20', '!!', 'zzzz', 'A'.repeat(200_000)])
      expect([400, 431]).toContain((await mara.fetch(`${path}?since=${wrong}`)).status)
  })

  test('a plan that nobody wrote in has an empty document, and an empty text', async () => {
    const planId = await openPlanDevice(mara).createPlan('Only a row')
    const copy = new Doc()
    const answered = await mara.fetch(`/api/v1/plans/${planId}/state`)
    applyUpdate(copy, new Uint8Array(await answered.arrayBuffer()))
    expect(paragraphsOf(copy)).toEqual([])
    expect(await (await mara.fetch(`/api/v1/plans/${planId}/markdown`)).text()).toBe('')
  })
})
