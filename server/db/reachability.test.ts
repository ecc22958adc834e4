import { expect, test, vi } from 'vitest'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { DatabaseError } from './errors.ts'
import { watchReachability } from './reachability.ts'

/** PostgreSQL's own words for a disk that is full: reading goes on, writing does not. A disk that can be filled needs root. */
const full = (file: string) =>
  new DatabaseError(`could not extend file "${file}": No space left on device`, { code: '53100', transient: false })

function setUp() {
  const said: string[] = []
  const note = (level: string) => (_: object, words: string) => void said.push(`${level}: ${words}`)
  const disk = { writes: 0 }
  const watch = watchReachability({
    database: {
      query: async () => [],
      tx: async () => {
        disk.writes++
        throw full(`base/${disk.writes}`)
      },
      trouble: () => undefined,
    },
    now: () => 0,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    probeMs: 1,
  })
  return { said, disk, watch }
}

test('a full disk is told once however many files it hits, with words for people, and not taken back by a read', async () => {
  const { said, disk, watch } = setUp()
  const heard: string[] = []
  watch.onLost((trouble) => void heard.push(trouble))
  expect(watch.took(full('base/0'))).toBe(true)
  expect(
    watch.took(
      new DrizzleQueryError('insert', [], Object.assign(new Error('No space left on device'), { code: '53100' })),
    ),
  ).toBe(true)
  await vi.waitFor(() => expect(disk.writes).toBeGreaterThan(3))
  expect(said).toEqual([
    expect.stringMatching(
      /^error: .*its disk is full \(could not extend file "base\/1".*\)\. Free space there; Drover goes on by itself$/,
    ),
  ])
  const words = "The database can't be reached: its disk is full. Drover goes on when there is space again."
  expect([watch.trouble(), heard]).toEqual([words, [words]])
  watch.close()
})

test('what is no matter of reaching the database is left to the caller', () => {
  const { said, watch } = setUp()
  const others = [
    new Error('No space left on device'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new DatabaseError('duplicate key', { code: '23505', transient: false }),
  ]
  expect(others.map((error) => watch.took(error))).toEqual([false, false, false])
  expect([watch.trouble(), said]).toEqual([undefined, []])
  watch.close()
})
