import { expect, test } from 'vitest'
import { connectDatabase } from '#server/db/database.ts'
import { describeOnEachDatabase, openTestDatabase } from './db.ts'

describeOnEachDatabase('a test database', (open) => {
  test('is migrated, its own, and reachable from elsewhere', async () => {
    const [one, two] = [await open(), await open()]
    await one.query("insert into organization (id, name, slug) values ('o', 'O', 'o')")
    const elsewhere = connectDatabase(one.config)
    expect(await elsewhere.query('select id from organization')).toEqual([{ id: 'o' }])
    await elsewhere.close()
    expect(await two.query('select id from organization')).toEqual([])
  })

  test('works the same with a slow network in between', async () => {
    const slow = await open({ latencyMs: 3 })
    const large = 'x'.repeat(300_000)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => slow.query('select $1::int as n, $2::text as large', [n, large])),
    )
    expect(answers).toEqual(Array.from({ length: 30 }, (_, n) => [{ n, large }]))
  })
})

test('a closed test database is gone', async () => {
  const [watcher, gone] = [await openTestDatabase({ migrate: false }), await openTestDatabase({ migrate: false })]
  const [row] = await gone.query<{ name: string }>('select current_database() as name')
  await gone.close()
  expect(await watcher.query('select 1 from pg_database where datname = $1', [row?.name])).toEqual([])
  await watcher.close()
})
