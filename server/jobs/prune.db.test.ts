import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'
import { pruneAll, rememberMs } from './prune.ts'

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
})
