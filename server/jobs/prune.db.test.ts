import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'
import { keepDeletedPlansMs, pruneAll, rememberMs } from './prune.ts'

describeOnEachDatabase('pruning', (open) => {
  test('removes what is older than 90 days, and notes up to which version deletions are gone', async () => {
    const db = await open()
    const now = 1_000 * rememberMs
    const [old, fresh] = [now - rememberMs - 1, now - rememberMs + 1]
    await db.query(`insert into space (id, version) values ('team/a', 9), ('team/b', 9)`)
    await db.query(
      `insert into entry (space_id, key, value, deleted_at, version) values
         ('team/a', 'gone', null, $1, 3), ('team/a', 'kept', null, $2, 4), ('team/a', 'alive', '1', null, 2), ('team/b', 'kept', null, $2, 5)`,
      [old, fresh],
    )
    await db.query(`insert into intent (space_id, id, at) values ('team/a', 'old', $1), ('team/a', 'fresh', $2)`, [
      old,
      fresh,
    ])
    await db.query(`insert into client_group values ('g-old', 'team/a', 'u', $1), ('g-used', 'team/a', 'u', $1)`, [old])
    await db.query(`insert into client values ('c-old', 'g-old', 1, 1, $1), ('c-used', 'g-used', 1, 1, $2)`, [
      old,
      fresh,
    ])
    await pruneAll(db, now)
    const keys = async (sql: string) => (await db.query<{ id: string }>(sql)).map((row) => row.id)
    expect(await keys(`select space_id || ' ' || key as id from entry order by 1`)).toEqual([
      'team/a alive',
      'team/a kept',
      'team/b kept',
    ])
    expect(await keys(`select id || ' ' || pruned_version as id from space order by 1`)).toEqual([
      'team/a 3',
      'team/b 0',
    ])
    expect(await keys('select id from intent')).toEqual(['fresh'])
    expect(await keys('select id from client')).toEqual(['c-used'])
    expect(await keys('select id from client_group')).toEqual(['g-used'])
  })

  test('removes what was written in a plan 30 days after its deletion, and what never belonged to one', async () => {
    const db = await open()
    const now = 1_000 * rememberMs
    const [old, fresh] = [now - keepDeletedPlansMs - 1, now - keepDeletedPlansMs + 1]
    await db.query(`insert into space (id) values ('team/a'), ('team/b')`)
    await db.query(
      `insert into entry (space_id, key, value, deleted_at, version) values
         ('team/a', 'plan/alive', '{}', null, 1), ('team/a', 'plan/gone', null, $1, 1), ('team/a', 'plan/going', null, $2, 1),
         ('team/b', 'plan/gone', '{}', null, 1)`,
      [old, fresh],
    )
    for (const [team, plan, at] of [
      ['a', 'alive', old],
      ['a', 'gone', old],
      ['a', 'going', old],
      ['a', 'orphan', old],
      ['a', 'new', fresh],
      ['b', 'gone', old],
    ]) {
      await db.query(
        `insert into plan_document (team_id, plan_id, seq, changed_at, changed_by) values ($1, $2, 1, $3, '{"kind":"server"}')`,
        [team, plan, at],
      )
      await db.query(`insert into plan_update (team_id, plan_id, seq, content) values ($1, $2, 1, '')`, [team, plan])
      await db.query(
        `insert into plan_version (team_id, plan_id, id, markdown, created_at) values ($1, $2, 'v', '', $3)`,
        [team, plan, at],
      )
    }
    await pruneAll(db, now)
    for (const table of ['plan_document', 'plan_update', 'plan_version']) {
      const rows = await db.query<{ id: string }>(`select team_id || ' ' || plan_id as id from ${table} order by 1`)
      expect([table, rows.map(({ id }) => id)]).toEqual([table, ['a alive', 'a going', 'a new', 'b gone']])
    }
  })
})
