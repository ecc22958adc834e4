import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'
import { createBlobStore } from '../db/blob-store.ts'
import { keepAttachmentsMs, pruneAttachments } from './prune-attachments.ts'

const day = 24 * 60 * 60_000
const hash = (letter: string): string => letter.repeat(64)
const text = (letter: string): string =>
  JSON.stringify({ text: 'See', attachments: [{ blob: hash(letter), name: 'a' }] })

describeOnEachDatabase('pruning of files that go with messages', (open) => {
  test('removes what no message of the team names for 30 days, wherever messages are, and what is named stays', async () => {
    const db = await open()
    const now = 1_000 * day
    const old = now - keepAttachmentsMs - 2 * day
    const blobs = createBlobStore(db)
    for (const letter of ['a', 'b', 'c', 'd', 'e', 'f'])
      await blobs.attach('team', hash(letter), new Uint8Array(4), old)
    await blobs.attach('team', hash('1'), new Uint8Array(4), now - day)
    await blobs.attach('other', hash('a'), new Uint8Array(4), now - day)
    await db.query(`insert into space (id) values ('team/team'), ('run/r1'), ('run/r2'), ('team/other'), ('run/x')`)
    await db.query(
      `insert into run_job (run_id, team_id, turn, phase, harness, sandbox, assignment, queued_at) values
         ('r1', 'team', 1, 'ended', 'h', 'direct', '{}', 1), ('r2', 'team', 1, 'waiting', 'h', 'direct', $1, 1),
         ('x', 'other', 1, 'ended', 'h', 'direct', '{}', 1)`,
      [text('c')],
    )
    await db.query(
      `insert into delivery (id, run_id, space_id, row_key, body, created_at) values ('d1', 'r1', 'team/team', 'prompt/r1/p', $1, 1)`,
      [text('d')],
    )
    await db.query(
      `insert into entry (space_id, key, value, deleted_at, version) values
         ('run/r1', 'chunk/0000001', $1, null, 1), ('team/team', 'prompt/r1/p', $2, null, 1),
         ('team/team', 'prompt/r1/gone', null, 5, 2), ('run/x', 'chunk/0000001', $3, null, 1)`,
      [text('a'), text('b'), text('e')],
    )
    await pruneAttachments(db, now)
    const kept = async () =>
      (await db.query<{ id: string }>(`select team_id || ' ' || left(hash, 1) as id from attachment order by 1`)).map(
        ({ id }) => id,
      )
    expect(await kept()).toEqual(['other a', 'team 1', 'team a', 'team b', 'team c', 'team d'])
    // What was found to be named is not looked for again before as much time has passed.
    await db.query(`delete from entry where space_id = 'run/r1'`)
    await pruneAttachments(db, now + day)
    expect(await kept()).toContain('team a')
    await pruneAttachments(db, now + keepAttachmentsMs + 2 * day)
    expect(await kept()).not.toContain('team a')
  })

  test('a file that comes with a message again is kept anew', async () => {
    const db = await open()
    const now = 1_000 * day
    const blobs = createBlobStore(db)
    const old = now - keepAttachmentsMs - 2 * day
    for (const letter of ['a', 'b']) await blobs.attach('team', hash(letter), new Uint8Array(4), old)
    expect(await blobs.attachAgain('team', hash('a'), now)).toBe(true)
    expect(await blobs.attachAgain('team', hash('c'), now)).toBe(false)
    await pruneAttachments(db, now)
    expect([await blobs.has('team', hash('a')), await blobs.has('team', hash('b'))]).toEqual([true, false])
  })
})
