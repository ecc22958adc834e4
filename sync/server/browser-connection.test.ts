import { expect, test } from 'vitest'
import { UserId } from '#shared/ids.ts'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { createBrowserConnection } from './browser-connection.ts'
import { createHub } from './hub.ts'
import { createLiveHub } from './live.ts'
import { createPlanBoard } from './plan/plan-board.ts'
import { createPresenceHub } from './presence.ts'

test('a peer that asks and never reads is shut out before what waits for it grows large', async () => {
  let waiting = 0
  let closed: number | undefined
  const unused = () => Promise.reject(new Error('not asked for'))
  const connection = createBrowserConnection(
    {
      store: {
        read: unused,
        scan: unused,
        scanBefore: unused,
        commit: unused,
        head: unused,
        changesSince: unused,
        wholeSpace: unused,
      },
      hub: createHub(async () => 1),
      live: createLiveHub(),
      presence: createPresenceHub(),
      planBoard: createPlanBoard({ now: () => 0 }),
      serverVersion: '1',
      request: () => {},
      now: () => 0,
      mayRead: async () => true,
      mayFollow: async () => true,
      onRefused: () => {},
    },
    UserId.parse('u1'),
    {
      send: (text) => (waiting += text.length),
      close: (code) => (closed ??= code),
      bufferedBytes: () => waiting,
    },
  )
  await connection.receive(JSON.stringify({ type: 'hello', protocol: browserProtocol, schemaVersion, profileId: 'p' }))
  for (let at = 0; closed === undefined; at++) {
    await connection.receive(JSON.stringify({ type: 'ping', at }))
    expect(waiting).toBeLessThan(10_000_000)
  }
  expect(closed).toBe(1013)
})
