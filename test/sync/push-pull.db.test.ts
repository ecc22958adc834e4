import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createSpaceStore } from '#server/db/space-store.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import type { Mutation, PatchOperation, SpaceId, SyncCookie } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { describeOnEachDatabase, type TestDatabase } from '../db.ts'
import { seeded } from '../seed.ts'
import { defineMutator, type Mutator } from '#sync/core/mutator.ts'
import { createHub } from '#sync/server/hub.ts'
import { createKnownRows } from '#sync/server/known-rows.ts'
import { olderRuns, processPull, runWindow } from '#sync/server/pull.ts'
import { processPush, type PushDeps } from '#sync/server/push.ts'

const space: SpaceId = 'team/t1'
const actor = { userId: UserId.parse('u1'), role: 'member' as const, teamId: TeamId.parse('t1') }

const put = defineMutator({
  name: 'put',
  args: z.object({ key: z.string(), value: z.number() }),
  async run(tx, args) {
    await tx.put(args.key, args.value)
    return ok()
  },
})
/** Reads before it writes, so that two at once must not lose one. */
const add = defineMutator({
  name: 'add',
  args: z.object({ key: z.string(), by: z.number() }),
  async run(tx, args) {
    const known = await tx.get(args.key)
    await tx.put(args.key, (typeof known === 'number' ? known : 0) + args.by)
    return ok()
  },
})
const del = defineMutator({
  name: 'del',
  args: z.object({ prefix: z.string() }),
  async run(tx, args) {
    for (const [key] of await tx.scan(args.prefix)) await tx.del(key)
    return ok()
  },
})
const twice = defineMutator({
  name: 'twice',
  args: z.object({ key: z.string() }),
  async run(tx, args) {
    await tx.put(args.key, 1)
    await tx.put(args.key, 2)
    return ok()
  },
})
const refuse = defineMutator({
  name: 'refuse',
  args: z.object({}),
  async run(tx) {
    await tx.put('half', 1)
    return err(refusal('not_allowed', 'never'))
  },
})
const broken = defineMutator({
  name: 'broken',
  args: z.object({}),
  async run(tx): Promise<never> {
    await tx.put('half', 1)
    throw new Error('a bug')
  },
})
const once = defineMutator({
  name: 'once',
  args: z.object({ id: z.string() }),
  intent: (args) => `once/${args.id}`,
  async run(tx, args) {
    const known = await tx.get(`n/${args.id}`)
    await tx.put(`n/${args.id}`, (typeof known === 'number' ? known : 0) + 1)
    return ok()
  },
})

const stop = defineMutator({
  name: 'stop',
  args: z.object({ id: z.string() }),
  intent: (args) => `stop/${args.id}`,
  async run(tx, args) {
    if ((await tx.get('running')) !== 1) return err(refusal('run_ended'))
    await tx.put('running', 0)
    await tx.put('stopped', args.id)
    return ok()
  },
})

/** What a device holds: the patches it was given, applied in order. */
class Device {
  cookie: SyncCookie | null = null
  rows = new Map<string, Json>()
  ids = new Map<string, number>()
  readonly group: string
  constructor(group: string) {
    this.group = group
  }
  take(cookie: SyncCookie, patch: readonly PatchOperation[], ids: Record<string, number>): void {
    this.cookie = cookie
    for (const op of patch) {
      if (op.op === 'clear') this.rows.clear()
      if (op.op === 'put') this.rows.set(op.key, op.value)
      if (op.op === 'del') this.rows.delete(op.key)
    }
    for (const [client, id] of Object.entries(ids)) this.ids.set(client, id)
  }
  content(): [string, Json][] {
    return [...this.rows].filter(([key]) => !key.startsWith('refused/')).sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

describeOnEachDatabase('push and pull', (open) => {
  let db: TestDatabase
  let deps: PushDeps
  /** A second server process on the same database. */
  let other: PushDeps
  const errors: unknown[] = []
  beforeAll(async () => {
    db = await open()
    const mutators = { put, add, del, twice, refuse, broken, once, stop } as unknown as Record<string, Mutator<never>>
    const server = (): PushDeps => {
      const store = createSpaceStore(db)
      const known = createKnownRows(store)
      const hub = createHub()
      return {
        store,
        known,
        hub: {
          ...hub,
          publish(change) {
            known.took(change)
            hub.publish(change)
          },
        },
        mutators,
        now: Date.now,
        onEffects: () => undefined,
        onError: (error) => errors.push(error),
      }
    }
    deps = server()
    other = server()
  })

  const push = (group: string, mutations: Mutation[], who = actor, at = deps) =>
    processPush(at, who, { space, clientGroup: group, mutations })
  const mutation = (clientID: string, id: number, name: string, args: Json): Mutation => ({
    clientID,
    id,
    name,
    args,
    timestamp: 0,
  })
  async function pull(device: Device): Promise<void> {
    for (;;) {
      const answer = await processPull(deps.store, {
        space,
        clientGroup: device.group,
        userId: 'u1',
        cookie: device.cookie,
        readerEpoch: '1',
      })
      if (!answer.ok) throw new Error(answer.error)
      device.take(answer.value.cookie, answer.value.patch, answer.value.lastMutationIDChanges)
      if (!answer.value.more) return
    }
  }

  test('two writes of one key in one mutation are one row', async () => {
    expect(await push('g-twice', [mutation('c-twice', 1, 'twice', { key: 'tw' })])).toEqual(ok())
    const device = new Device('g-twice')
    await pull(device)
    expect(device.rows.get('tw')).toBe(2)
  })

  test('characters that the database can’t hold are replaced, and hold up nobody', async () => {
    const args = { key: 'odd\u0000\ud83d key \\ud83d 😀', value: 1 }
    expect(
      await push('g-odd', [
        mutation('c-odd', 1, 'put', args),
        mutation('c-odd', 2, 'put', { key: 'after-odd', value: 2 }),
      ]),
    ).toEqual(ok())
    const device = new Device('g-odd')
    await pull(device)
    expect(device.rows.get('after-odd')).toBe(2)
    expect(device.rows.get('odd\u2400\ufffd key \\ud83d 😀')).toBe(1)
  })

  test('a repeated mutation has no second effect, and one from the future is not taken', async () => {
    await push('g-rep', [mutation('c-rep', 1, 'add', { key: 'rep', by: 1 })])
    await push('g-rep', [
      mutation('c-rep', 1, 'add', { key: 'rep', by: 1 }),
      mutation('c-rep', 2, 'add', { key: 'rep', by: 1 }),
    ])
    expect(await push('g-rep', [mutation('c-rep', 4, 'add', { key: 'rep', by: 100 })])).toEqual(err('busy'))
    const device = new Device('g-rep')
    await pull(device)
    expect(device.rows.get('rep')).toBe(2)
    expect(device.ids.get('c-rep')).toBe(2)
  })

  test('a refused, a broken and an unknown mutation advance the id, write nothing, and are told to their author only', async () => {
    await push('g-ref', [
      mutation('c-ref', 1, 'refuse', {}),
      mutation('c-ref', 2, 'broken', {}),
      mutation('c-ref', 3, 'nonsense', {}),
      mutation('c-ref', 4, 'put', { key: 1 }),
      mutation('c-ref', 5, 'put', { key: 'after', value: 5 }),
    ])
    const device = new Device('g-ref')
    await pull(device)
    expect(device.ids.get('c-ref')).toBe(5)
    expect(device.rows.get('half')).toBeUndefined()
    expect(device.rows.get('after')).toBe(5)
    const refusals = [...device.rows]
      .filter(([key]) => key.startsWith('refused/u1/c-ref/'))
      .map(([, value]) => z.object({ refusal: z.object({ code: z.string() }) }).parse(value).refusal.code)
    expect(refusals).toEqual(['not_allowed', 'internal', 'unknown_mutation', 'invalid'])
    expect(errors).toHaveLength(1)
    const answer = await processPull(deps.store, {
      space,
      clientGroup: 'g-other',
      userId: 'u2',
      cookie: null,
      readerEpoch: '1',
    })
    expect(answer.ok && answer.value.patch.some((op) => op.op === 'put' && op.key.startsWith('refused/'))).toBe(false)
  })

  test('the same intent from another client has no second effect', async () => {
    await push('g-int', [mutation('c-int-1', 1, 'once', { id: 'x' })])
    await push('g-int', [mutation('c-int-2', 1, 'once', { id: 'x' })])
    const device = new Device('g-int')
    await pull(device)
    expect(device.rows.get('n/x')).toBe(1)
    expect(device.ids.get('c-int-2')).toBe(1)
  })

  test('the same intent from somebody else is none of theirs', async () => {
    await push('g-mine', [mutation('c-mine', 1, 'once', { id: 'mine' })])
    const other = { ...actor, userId: UserId.parse('u2') }
    await push('g-theirs', [mutation('c-theirs', 1, 'once', { id: 'mine' })], other)
    const device = new Device('g-mine')
    await pull(device)
    expect(device.rows.get('n/mine')).toBe(2)
  })

  test('an intent that has its effect is not refused when it comes again, and one that was refused may be tried again', async () => {
    const refusals = async (): Promise<number> => {
      const device = new Device('g-stop')
      await pull(device)
      return [...device.rows.keys()].filter((key) => /^refused\/.*c-stop/.test(key)).length
    }
    await push('g-stop', [mutation('c-stop-1', 1, 'put', { key: 'running', value: 1 })])
    await push('g-stop', [mutation('c-stop-1', 2, 'stop', { id: 'x' })])
    await push('g-stop', [mutation('c-stop-2', 1, 'stop', { id: 'x' })])
    expect(await refusals()).toBe(0)
    await push('g-stop', [mutation('c-stop-2', 2, 'stop', { id: 'y' })])
    expect(await refusals()).toBe(1)
    await push('g-stop', [mutation('c-stop-2', 3, 'put', { key: 'running', value: 1 })])
    await push('g-stop', [mutation('c-stop-2', 4, 'stop', { id: 'y' })])
    const device = new Device('g-stop')
    await pull(device)
    expect(device.rows.get('stopped')).toBe('y')
  })

  test('a client group of somebody else is refused, for push and pull', async () => {
    await push('g-own', [mutation('c-own', 1, 'put', { key: 'own', value: 1 })])
    const other = { ...actor, userId: UserId.parse('u2') }
    expect(await push('g-own', [mutation('c-own', 2, 'put', { key: 'own', value: 2 })], other)).toEqual(
      err('not_allowed'),
    )
    expect(
      await processPull(deps.store, { space, clientGroup: 'g-own', userId: 'u2', cookie: null, readerEpoch: '1' }),
    ).toEqual(err('not_allowed'))
  })

  test('a client that the server does not know and that does not start at 1 must start anew', async () => {
    expect(await push('g-new', [mutation('c-new', 7, 'put', { key: 'x', value: 1 })])).toEqual(
      err('client_state_not_found'),
    )
  })

  test('rows that this server remembers are read anew once another server has changed them', async () => {
    await push('g-m', [mutation('c-m', 1, 'add', { key: 'm', by: 1 })])
    await push('g-m', [mutation('c-m', 2, 'add', { key: 'm', by: 1 })], actor, other)
    await push('g-m', [mutation('c-m', 3, 'add', { key: 'm', by: 1 })])
    await push('g-m', [mutation('c-m', 4, 'add', { key: 'm', by: 1 })], actor, other)
    expect((await deps.store.read(space, ['m'])).rows).toEqual([{ key: 'm', value: 4 }])
  })

  test('a cookie from the future means that the server was set back', async () => {
    const answer = await processPull(deps.store, {
      space,
      clientGroup: 'g-f',
      userId: 'u1',
      cookie: { order: 1_000_000, epoch: 'x.1' },
      readerEpoch: '1',
    })
    expect(answer).toEqual(err('client_state_not_found'))
  })

  test('another epoch and a cookie older than the tombstones get everything anew', async () => {
    const device = new Device('g-epoch')
    await pull(device)
    const again = await processPull(deps.store, {
      space,
      clientGroup: 'g-epoch',
      userId: 'u1',
      cookie: device.cookie,
      readerEpoch: '2',
    })
    expect(again.ok && again.value.patch[0]).toEqual({ op: 'clear' })
    const order = device.cookie?.order ?? 0
    await push('g-epoch', [mutation('c-epoch', 1, 'put', { key: 'fresh', value: 1 })])
    await db.query('update space set pruned_version = $2 where id = $1', [space, order + 1])
    const old = await processPull(deps.store, {
      space,
      clientGroup: 'g-epoch',
      userId: 'u1',
      cookie: device.cookie,
      readerEpoch: '1',
    })
    expect(old.ok && old.value.patch[0]).toEqual({ op: 'clear' })
    await db.query('update space set pruned_version = 0 where id = $1', [space])
  })

  test('an answer of more than 500 rows comes in pages that never cut a version', async () => {
    const device = new Device('g-page')
    await pull(device)
    const before = device.cookie?.order ?? 0
    await db.query(
      `insert into entry (space_id, key, value, version) select $1, 'page/' || n, to_json(n), $2 + 1 + n / 300 from generate_series(0, 1199) n`,
      [space, before],
    )
    await db.query('update space set version = $2 where id = $1', [space, before + 4])
    const first = await processPull(deps.store, {
      space,
      clientGroup: 'g-page',
      userId: 'u1',
      cookie: device.cookie,
      readerEpoch: '1',
    })
    expect(first.ok && [first.value.patch.length, first.value.cookie.order, first.value.more]).toEqual([
      300,
      before + 1,
      true,
    ])
    await pull(device)
    expect([...device.rows.keys()].filter((key) => key.startsWith('page/'))).toHaveLength(1200)
    await push('g-page', [mutation('c-page', 1, 'del', { prefix: 'page/' })])
    await pull(device)
    expect([...device.rows.keys()].filter((key) => key.startsWith('page/'))).toHaveLength(0)
  })

  test('older runs come page by page after the newest, whatever changes meanwhile, and each answer moves the cookie on', async () => {
    const { seed, below: pick } = seeded()
    const team: SpaceId = `team/pages-${seed}`
    const key = (n: number): string => `run/${String(n).padStart(6, '0')}`
    const total = runWindow + 2 * olderRuns + 7
    await db.query('insert into space (id, version) values ($1, 1)', [team])
    await db.query(
      `insert into entry (space_id, key, value, version) select $1, 'run/' || lpad(n::text, 6, '0'), to_json(n), 1 from generate_series(1, $2::int) n`,
      [team, total],
    )
    await db.query(
      `insert into entry (space_id, key, value, version) values ($1, 'team', '1', 1), ($1, 'zebra', '2', 1)`,
      [team],
    )
    const device = new Device(`g-old-${seed}`)
    let mutations = 0
    const orders: number[] = []
    for (let pulls = 0; device.cookie === null || device.cookie.more !== undefined; pulls++) {
      if (pulls > 20) throw new Error('it never ends')
      const answer = await processPull(deps.store, {
        space: team,
        clientGroup: device.group,
        userId: 'u1',
        cookie: device.cookie,
        readerEpoch: '1',
      })
      if (!answer.ok) throw new Error(answer.error)
      device.take(answer.value.cookie, answer.value.patch, answer.value.lastMutationIDChanges)
      orders.push(answer.value.cookie.order)
      if (pulls === 0) {
        // The newest first, and everything that is no run.
        expect([...device.rows.keys()].filter((one) => one.startsWith('run/'))).toHaveLength(runWindow)
        expect([device.rows.has(key(total)), device.rows.get('team'), device.rows.get('zebra')]).toEqual([true, 1, 2])
      }
      for (let n = pick(4); n > 0; n--) {
        const name = pick(3) === 0 ? 'del' : 'put'
        const about = key(1 + pick(total))
        await processPush(deps, actor, {
          space: team,
          clientGroup: `g-writes-${seed}`,
          mutations: [
            mutation(
              `c-writes-${seed}`,
              ++mutations,
              name,
              name === 'del' ? { prefix: about } : { key: about, value: -n },
            ),
          ],
        })
      }
    }
    const last = await processPull(deps.store, {
      space: team,
      clientGroup: device.group,
      userId: 'u1',
      cookie: device.cookie,
      readerEpoch: '1',
    })
    if (!last.ok) throw new Error(last.error)
    device.take(last.value.cookie, last.value.patch, last.value.lastMutationIDChanges)
    expect(orders.every((order, n) => n === 0 || order > (orders[n - 1] ?? 0))).toBe(true)
    const whole = await db.query<{ key: string; value: Json }>(
      'select key, value from entry where space_id = $1 and deleted_at is null order by key',
      [team],
    )
    expect(device.content()).toEqual(whole.map((row) => [row.key, row.value]))
  })

  test('texts and versions of plans come page by page after the first answer, the newest first, whatever changes meanwhile', async () => {
    const { seed, below: pick } = seeded()
    const team: SpaceId = `team/plans-${seed}`
    const id = (n: number): string => String(n).padStart(6, '0')
    const plans = 60
    await db.query('insert into space (id, version) values ($1, 1)', [team])
    await db.query(
      `insert into entry (space_id, key, value, version)
         select $1, prefix || lpad(n::text, 6, '0') || suffix, to_json(n), 1
           from generate_series(1, $2::int) n,
                (values ('plan/', ''), ('plan-text/', ''), ('plan-version/', '/0000001'), ('plan-version/', '/0000002')) kind (prefix, suffix)`,
      [team, plans],
    )
    await db.query(`insert into entry (space_id, key, value, version) values ($1, 'run/1', '1', 1)`, [team])
    const device = new Device(`g-plans-${seed}`)
    const answers: (readonly string[])[] = []
    const orders: number[] = []
    let mutations = 0
    while (device.cookie === null || device.cookie.more !== undefined) {
      if (answers.length > 20) throw new Error('it never ends')
      const answer = await processPull(deps.store, {
        space: team,
        clientGroup: device.group,
        userId: 'u1',
        cookie: device.cookie,
        readerEpoch: '1',
      })
      if (!answer.ok) throw new Error(answer.error)
      device.take(answer.value.cookie, answer.value.patch, answer.value.lastMutationIDChanges)
      answers.push(answer.value.patch.flatMap((one) => (one.op === 'put' ? [one.key] : [])))
      orders.push(answer.value.cookie.order)
      const name = pick(3) === 0 ? 'del' : 'put'
      const about = `plan-text/${id(1 + pick(plans))}`
      await processPush(deps, actor, {
        space: team,
        clientGroup: `g-plans-writes-${seed}`,
        mutations: [
          mutation(
            `c-plans-writes-${seed}`,
            ++mutations,
            name,
            name === 'del' ? { prefix: about } : { key: about, value: -mutations },
          ),
        ],
      })
    }
    const [first = [], second = []] = answers
    expect(first.filter((key) => key.startsWith('plan-'))).toEqual([])
    expect(first).toHaveLength(plans + 1)
    const page = second.filter((key) => key.startsWith('plan-text/'))
    // One may have gone, and another have changed, before the page was read.
    expect(page.length).toBeLessThanOrEqual(26)
    expect(page.filter((key) => key >= `plan-text/${id(plans - 25)}`).length).toBeGreaterThanOrEqual(25)
    expect(orders.every((order, n) => n === 0 || order > (orders[n - 1] ?? 0))).toBe(true)
    const answer = await processPull(deps.store, {
      space: team,
      clientGroup: device.group,
      userId: 'u1',
      cookie: device.cookie,
      readerEpoch: '1',
    })
    if (!answer.ok) throw new Error(answer.error)
    device.take(answer.value.cookie, answer.value.patch, answer.value.lastMutationIDChanges)
    const whole = await db.query<{ key: string; value: Json }>(
      'select key, value from entry where space_id = $1 and deleted_at is null order by key',
      [team],
    )
    expect(device.content()).toEqual(whole.map((row) => [row.key, row.value]))
  })

  test('random mutations, drops, repeats and reorderings over several clients converge, each with one effect', async () => {
    const { seed, below: pick } = seeded()
    const devices = Array.from({ length: 4 }, (_, n) => new Device(`g-r${n}`))
    const queues = devices.map((_, n) => ({ client: `c-r${n}-${seed}`, next: 1, pending: [] as Mutation[] }))
    const expected = new Map<string, number>()
    for (let step = 0; step < 150; step++) {
      const n = pick(4)
      const queue = queues[n]
      const device = devices[n]
      if (queue === undefined || device === undefined) throw new Error('no such device')
      const dice = pick(10)
      if (dice < 5) {
        const key = `r/${seed}/${pick(6)}`
        const by = 1 + pick(9)
        expected.set(key, (expected.get(key) ?? 0) + by)
        queue.pending.push(mutation(queue.client, queue.next++, 'add', { key, by }))
      } else if (dice < 8) {
        // The answer of a push may be lost: everything pending is sent again, some of it twice at once.
        const sends = Array.from({ length: 1 + pick(2) }, () =>
          push(
            device.group,
            queue.pending.slice(0, 1 + pick(queue.pending.length + 1)),
            actor,
            pick(2) === 0 ? deps : other,
          ),
        )
        await Promise.all(sends)
      } else {
        await pull(device)
        queue.pending = queue.pending.filter((one) => one.id > (device.ids.get(queue.client) ?? 0))
      }
    }
    for (const [n, queue] of queues.entries()) await push(`g-r${n}`, queue.pending)
    for (const device of devices) await pull(device)
    const [first, ...others] = devices.map((device) => device.content())
    for (const other of others) expect(other).toEqual(first)
    for (const [key, value] of expected) expect(devices[0]?.rows.get(key)).toBe(value)
  })
})
