import { beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '#test/db.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { connectDatabase } from './database.ts'
import { DatabaseError } from './errors.ts'

describeOnEachDatabase('a database', (open, kind) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await open({ migrate: false })
    await db.query(
      'create table thing (id bigint primary key, note text unique, data jsonb, raw bytea, at timestamptz)',
    )
  })

  test('gives values their types', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z')
    await db.query('insert into thing values ($1, $2, $3, $4, $5)', [
      Number.MAX_SAFE_INTEGER,
      'ü',
      JSON.stringify([1, { a: null }]),
      Buffer.from([0, 255]),
      at,
    ])
    const rows = await db.query('select *, array[id, null] as ids, (select count(*) from thing) as n from thing')
    expect(rows).toEqual([
      {
        id: Number.MAX_SAFE_INTEGER,
        note: 'ü',
        data: [1, { a: null }],
        raw: Buffer.from([0, 255]),
        at,
        ids: [Number.MAX_SAFE_INTEGER, null],
        n: 1,
      },
    ])
    expect(db.kind).toBe(kind)
    await db.query('delete from thing')
  })

  test('commits what a transaction did, and nothing when it throws', async () => {
    await db.tx((tx) => tx.query("insert into thing (id, note) values (1, 'kept')"))
    const refusal = new Error('changed my mind')
    await expect(
      db.tx(async (tx) => {
        await tx.query("insert into thing (id, note) values (2, 'dropped')")
        throw refusal
      }),
    ).rejects.toBe(refusal)
    expect(await db.query('select note from thing')).toEqual([{ note: 'kept' }])
  })

  test('does not call a transaction committed when a swallowed failure rolled it back', async () => {
    const swallowed = db.tx(async (tx) => {
      await tx.query('insert into thing (id) values (3)')
      await tx.query('select 1 / 0').catch(() => undefined)
    })
    await expect(swallowed).rejects.toMatchObject({ code: '25P02' })
    expect(await db.query('select 1 from thing where id = 3')).toEqual([])
  })

  test('wraps a refusal of the database once, with its code and constraint', async () => {
    await db.query("insert into thing (id, note) values (10, 'same')")
    const error = await db
      .tx((tx) => tx.query("insert into thing (id, note) values (11, 'same')"))
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({
      code: '23505',
      constraint: 'thing_note_key',
      transient: false,
      outcomeUnknown: false,
    })
  })

  test('tells failures that pass from those that stay', async () => {
    const serialization = db.tx(
      async (tx) => {
        await tx.query('select * from thing')
        await db.query("update thing set note = 'other' where id = 10")
        await tx.query("update thing set note = 'mine' where id = 10")
      },
      { isolation: 'repeatable read' },
    )
    await expect(serialization).rejects.toMatchObject({ code: '40001', transient: true, connectionLost: false })
    await expect(db.query('select nonsense')).rejects.toMatchObject({ code: '42703', transient: false })
  })

  test('survives the loss of every connection, which is a passing failure', async () => {
    const lost = db.tx(async (tx) => {
      await db.breakConnections()
      await tx.query('select 1')
    })
    await expect(lost).rejects.toMatchObject({ transient: true, connectionLost: true })
    // Each connection that was idle in the pool may fail once more, passingly, before it is replaced.
    const answer = async (): Promise<unknown> =>
      await db.query('select 1 as one').catch((error: unknown) => {
        if (error instanceof DatabaseError && error.transient) return answer()
        throw error
      })
    expect(await answer()).toEqual([{ one: 1 }])
  })

  test('answers after it was closed with an error that says so', async () => {
    const other = db.another()
    await other.query('select 1')
    await other.close()
    await expect(other.query('select 1')).rejects.toMatchObject({ code: 'closed', transient: false })
  })

  test('a database that cannot be reached is a passing failure', async () => {
    const nowhere = connectDatabase({ kind: 'postgres', url: 'postgres://drover@127.0.0.1:1/none' })
    await expect(nowhere.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED', transient: true })
    await nowhere.close()
  })

  test('a named statement is planned once for a connection and gives the same rows', async () => {
    for (const n of [1, 2])
      expect(await db.query('select $1::int + 1 as n', [n], { name: 'plus_one' })).toEqual([{ n: n + 1 }])
  })

  test('hands out a session of its own for locks', async () => {
    await db.session(async (session) => {
      await session.query('select pg_advisory_lock(1)')
      expect(await db.query('select pg_try_advisory_lock(1) as got')).toEqual([{ got: false }])
      expect(await session.query('select pg_advisory_unlock(1) as freed')).toEqual([{ freed: true }])
    })
  })
})
