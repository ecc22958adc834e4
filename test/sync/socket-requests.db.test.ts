import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BrowserDown, BrowserUp, browserProtocol } from '#shared/protocol/browser-socket.ts'
import { Team } from '#shared/domain/team.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { PushRequest, schemaVersion, teamSpace, type Mutation, type SpaceId } from '#shared/protocol/sync.ts'
import type { Link } from '#sync/client/socket-link.ts'
import { createTabLink } from '#sync/client/tab-link.ts'
import type { SyncStatus, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { openPusher } from '../contract/people.ts'
import { openRawSocket, type RawSocket } from '../contract/raw-socket.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { seeded } from '../seed.ts'
import { newId, openWorld, until, type ClientOptions, type Person, type World } from '../world.ts'

let world: World
let mara: Person
const sockets: RawSocket<BrowserDown>[] = []
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await world.close()
})

const maxActiveRuns = (workspace: Workspace, count: number) =>
  until(
    (on: (team: Team | undefined) => void) => workspace.subscribe((tx) => getRow(tx, keys.team, Team), on),
    (team) => team?.maxActiveRuns === count,
  )
const nothingPending = (workspace: Workspace) =>
  until(
    (on: (all: readonly unknown[]) => void) => workspace.subscribePending(on),
    (all) => all.length === 0,
  )
async function version(): Promise<number> {
  const [row] = await world.database.query<{ version: string }>('select version from space where id = $1', [
    teamSpace(mara.teamId),
  ])
  return Number(row?.version)
}

type Device = {
  readonly workspace: Workspace
  /** Ids of the mutations in each push, by the way that it took. */
  readonly bySocket: number[][]
  readonly byHttp: number[][]
  /** The ways of the pulls. */
  readonly pulls: ('socket' | 'http')[]
}

/** A device whose socket is open and whose team is here, watched. */
async function openDevice(
  person: Person,
  options: ClientOptions & { readonly onFrame?: (message: BrowserUp) => void } = {},
): Promise<Device> {
  const bySocket: number[][] = []
  const byHttp: number[][] = []
  const pulls: Device['pulls'] = []
  const ids = ({ mutations }: PushRequest): number[] => mutations.map(({ id }) => id)
  let link: Link | undefined
  const workspace = person.open({
    ...options,
    fetch: (real) => (input, init) => {
      const url = String(input instanceof Request ? input.url : input)
      if (url.includes('/api/sync/push') && typeof init?.body === 'string')
        byHttp.push(ids(PushRequest.parse(JSON.parse(init.body))))
      if (url.includes('/api/sync/pull')) pulls.push('http')
      return real(input, init)
    },
    socket(frame) {
      const message = BrowserUp.parse(JSON.parse(frame))
      if (message.type === 'push') bySocket.push(ids(message.body))
      if (message.type === 'pull') pulls.push('socket')
      options.onFrame?.(message)
      return frame
    },
    link: (openSocket) => (link = options.link?.(openSocket) ?? openSocket()),
  })
  await until(
    (on: (team: Team | undefined) => void) => workspace.subscribe((tx) => getRow(tx, keys.team, Team), on),
    (team) => team !== undefined,
  )
  await until(
    (on: (state: string) => void) => link?.onState(on) ?? (() => undefined),
    (state) => state === 'open',
  )
  return { workspace, bySocket, byHttp, pulls }
}

/** Tabs of one profile share a socket, by the locks and channels of the platform. */
const inTabsOf =
  (name: string): NonNullable<ClientOptions['link']> =>
  (openSocket) =>
    createTabLink({
      name,
      tabId: randomUUID(),
      locks: navigator.locks,
      createChannel: (channel) => new BroadcastChannel(channel),
      openSocket,
    })

describe('a pull', () => {
  test('of all there is goes by HTTP, and what is new since then over the open socket', async () => {
    const { workspace, pulls } = await openDevice(mara)
    await workspace.refresh()
    expect(pulls[0]).toBe('http')
    expect(new Set(pulls.slice(1))).toEqual(new Set(['socket']))
  })
})

describe('a push', () => {
  test('goes over the open socket, and not by HTTP', async () => {
    const { workspace, bySocket, byHttp } = await openDevice(mara)
    await workspace.mutate.setTeam({ maxActiveRuns: 7 })
    await nothingPending(workspace)
    expect(bySocket).toContainEqual([1])
    expect(byHttp).toEqual([])
  })

  test('that is larger than a frame goes by HTTP', async () => {
    const { workspace, bySocket, byHttp } = await openDevice(mara)
    await workspace.mutate.createRun({
      runId: RunId.parse(newId()),
      promptId: PromptId.parse(newId()),
      prompt: 'ä'.repeat(32_000),
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    await nothingPending(workspace)
    expect(byHttp).toContainEqual([1])
    expect(bySocket).toEqual([])
  })

  test('whose answer was lost with the connection goes again, and has one effect', async () => {
    const network = openDeviceNetwork()
    const { workspace, bySocket, byHttp } = await openDevice(mara, { network })
    const witness = await openDevice(mara)
    const before = await version()
    network.cut('after')
    await workspace.mutate.setTeam({ maxActiveRuns: 7 })
    await maxActiveRuns(witness.workspace, 7)
    network.cut('no')
    await workspace.refresh()
    await nothingPending(workspace)
    expect(bySocket[0]).toEqual([1])
    // By HTTP, unless the next socket was open first. A pull that came before has said that it was taken: then it need not go.
    for (const again of [...byHttp, ...bySocket.slice(1)]) expect(again).toEqual([1])
    expect(await version()).toBe(before + 1)
  })

  test('of a session that was ended is answered as by HTTP, and the person is told', async () => {
    const jonas = await world.invite(mara, 'member')
    const { workspace, bySocket } = await openDevice(jonas)
    // Ended by another server that could not tell this one.
    await world.database.query('delete from session where user_id = $1', [jonas.userId])
    // What changes an account makes the server ask anew who everybody is.
    expect((await mara.fetch('/api/v1/auth/sign-out', { method: 'POST' })).status).toBe(200)
    await workspace.mutate.createRun({
      runId: RunId.parse(newId()),
      promptId: PromptId.parse(newId()),
      prompt: 'Too late',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    const told = await until(
      (on: (status: SyncStatus) => void) => workspace.subscribeStatus(on),
      ({ problem }) => problem !== undefined,
    )
    expect(told).toMatchObject({ problem: 'signed_out', pending: 1 })
    expect(bySocket[0]).toEqual([1])
    expect(await world.database.query(`select 1 from entry where key like 'run/%'`)).toEqual([])
  })
})

describe('a tab without a socket of its own', () => {
  test('pushes over that of another tab, and hears its own answer', async () => {
    const link = inTabsOf(randomUUID())
    const first = await openDevice(mara, { link })
    const second = await openDevice(mara, { link })
    await second.workspace.mutate.setTeam({ maxActiveRuns: 7 })
    await nothingPending(second.workspace)
    expect(first.bySocket).toContainEqual([1])
    expect([first.byHttp, second.bySocket, second.byHttp]).toEqual([[], [], []])
  })

  test('sends by HTTP what was under way when that tab was closed, and it has one effect', async () => {
    const link = inTabsOf(randomUUID())
    let close = (): void => undefined
    const first = await openDevice(mara, {
      link,
      onFrame: ({ type }) => (type === 'push' ? queueMicrotask(close) : undefined),
    })
    const second = await openDevice(mara, { link })
    const before = await version()
    const closed = new Promise<void>((resolve) => (close = () => resolve(first.workspace.close())))
    await second.workspace.mutate.setTeam({ maxActiveRuns: 7 })
    await closed
    await nothingPending(second.workspace)
    await maxActiveRuns(second.workspace, 7)
    expect(first.bySocket[0]).toEqual([1])
    expect(second.byHttp[0]).toEqual([1])
    expect(await version()).toBe(before + 1)
  })
})

describe('over a socket', () => {
  async function greet(person: Person): Promise<RawSocket<BrowserDown>> {
    const socket = await openRawSocket({
      url: `${world.url}/api/sync/socket`,
      headers: { cookie: person.cookie(), origin: world.url },
      down: BrowserDown,
    })
    sockets.push(socket)
    socket.send({ type: 'hello', protocol: browserProtocol, schemaVersion, profileId: 'p' })
    await socket.next('welcome')
    return socket
  }
  async function pushOver(socket: RawSocket<BrowserDown>, body: PushRequest, space: SpaceId = teamSpace(mara.teamId)) {
    socket.send({ type: 'push', id: randomUUID(), space, body })
    const { status, body: answer } = await socket.next('answer')
    return { status, answer }
  }
  const aRun = () => ({
    runId: newId(),
    promptId: newId(),
    prompt: 'Go',
    config: { harness: 'runbook', sandbox: 'direct' },
  })

  test('a push is judged by the role of now, not by that of when the socket was opened', async () => {
    const jonas = await world.invite(mara, 'member')
    const device = openPusher(jonas)
    const socket = await greet(jonas)
    expect(await pushOver(socket, device.pushBody(['createRun', aRun()]))).toEqual({ status: 200, answer: {} })
    const changed = await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'viewer' }),
    })
    expect(changed.status).toBe(200)
    expect(await pushOver(socket, device.pushBody(['createRun', aRun()]))).toEqual({ status: 200, answer: {} })
    const refusals = await device.refusals()
    expect([...refusals].map(([id, row]) => [id, row.refusal.code])).toEqual([[2, 'not_allowed']])
  })

  test('every refusal is what HTTP answers', async () => {
    const socket = await greet(mara)
    const body = (change: Partial<PushRequest>, mutation: Partial<Mutation> = {}): PushRequest => ({
      pushVersion: 1,
      profileID: 'p',
      clientGroupID: randomUUID(),
      mutations: [{ clientID: randomUUID(), id: 1, name: 'setTeam', args: {}, timestamp: 0, ...mutation }],
      schemaVersion,
      ...change,
    })
    const foreign = openPusher(await world.invite(mara, 'member'))
    await foreign.push(['renameRun', { runId: newId(), title: 'x' }])
    const cases: [SpaceId, PushRequest][] = [
      ['team/unknown', body({})],
      [`run/${newId()}`, body({})],
      [teamSpace(mara.teamId), body({ schemaVersion: 'old' })],
      [teamSpace(mara.teamId), body({}, { id: 7 })],
      [teamSpace(mara.teamId), body({ clientGroupID: foreign.group })],
    ]
    const statuses: number[] = []
    for (const [space, request] of cases) {
      const answered = await mara.fetch(`/api/sync/push?space=${space}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      })
      const byHttp: unknown = await answered.json()
      expect(await pushOver(socket, request, space)).toEqual({ status: answered.status, answer: byHttp })
      statuses.push(answered.status)
    }
    expect(statuses).toEqual([403, 403, 200, 200, 403])
  })

  test('and by HTTP at random, repeated, at once and cut off, each mutation has one effect', async () => {
    const { below } = seeded()
    const before = await version()
    const clients = Array.from({ length: 3 }, () => ({ device: openPusher(mara), queue: [] as PushRequest[] }))
    let socket = await greet(mara)
    let made = 0
    const byHttp = (body: PushRequest): Promise<unknown> =>
      mara.fetch(`/api/sync/push?space=${teamSpace(mara.teamId)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (let step = 0; step < 60; step++) {
      const client = clients[below(clients.length)]
      if (client === undefined) throw new Error('no such client')
      client.queue.push(client.device.pushBody(['setTeam', { maxActiveRuns: 1 + below(20) }]))
      made++
      const [first, ...rest] = client.queue.slice(below(client.queue.length))
      if (first === undefined) throw new Error('nothing to push')
      // A suffix of everything, as a device sends what it thinks is not taken: too short a one is a gap, and refused.
      const body = { ...first, mutations: [...first.mutations, ...rest.flatMap(({ mutations }) => mutations)] }
      const dice = below(10)
      if (dice < 3) await byHttp(body)
      else if (dice < 6) await pushOver(socket, body)
      else if (dice < 8) await Promise.all([pushOver(socket, body), byHttp(body)])
      else {
        socket.send({ type: 'push', id: 'cut off', space: teamSpace(mara.teamId), body })
        socket.close()
        socket = await greet(mara)
      }
    }
    for (const { device, queue } of clients) {
      const [first] = queue
      if (first === undefined) continue
      const body = { ...first, mutations: queue.flatMap(({ mutations }) => mutations) }
      expect(await pushOver(socket, body)).toEqual({ status: 200, answer: {} })
      expect(await device.taken()).toBe(queue.length)
    }
    expect(await version()).toBe(before + made)
  })
})
