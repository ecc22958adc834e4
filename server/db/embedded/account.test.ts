import { expect, test } from 'vitest'
import { databaseAccount, parsePasswd } from './account.ts'

test('reads the users of Linux and macOS', () => {
  const users = parsePasswd(
    '# a comment\nroot:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var:/bin/sh\nnobody:*:-2:-2:Nobody:/var/empty:/usr/bin/false\nbroken\n',
  )
  expect(Object.fromEntries(users)).toEqual({
    root: { uid: 0, gid: 0 },
    postgres: { uid: 101, gid: 104 },
    nobody: { uid: 4_294_967_294, gid: 4_294_967_294 },
  })
})

test('an ordinary user runs PostgreSQL as itself', async () => {
  expect(await databaseAccount(1000)).toBeUndefined()
})
