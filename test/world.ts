import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Role } from '#shared/domain/team.ts'
import { TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import { planRequestsPath, planRoomPath } from '#shared/protocol/plan-room.ts'
import { createServer, type DroverServer } from '#server/create-server.ts'
import { readConfig } from '#server/config.ts'
import { createLog, type Log } from '#server/log.ts'
import type { PlanTimes } from '#server/plans/times.ts'
import { createWorkspace } from '#sync/client/create-workspace.ts'
import { createMemoryIntentStore, type IntentStore } from '#sync/client/intents.ts'
import { createMemoryKeeping, type Keeping } from '#sync/client/kept-runs.ts'
import { createMemoryImageStore } from '#sync/client/images/memory-image-store.ts'
import type { ImageStore } from '#sync/client/images/image-store.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import type { PlanStore } from '#sync/client/plans/store/plan-store.ts'
import { createSocketLink, type Link } from '#sync/client/socket-link.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { WebSocket as NodeWebSocket } from 'ws'
import { openTestDatabase, type TestDatabase, type TestDatabaseOptions } from './db.ts'
import { deviceSocket } from './device-socket.ts'
import { uncut, type DeviceNetwork } from './device-network.ts'

/** Ids as devices make them. */
export const newId = (): string => uuidv7(Date.now(), randomBytes(10))

export type Person = {
  readonly userId: UserId
  readonly teamId: TeamId
  /** `fetch` with this person's cookies, for paths of the server. */
  readonly fetch: typeof fetch
  readonly cookie: () => string
  /** One more device of this person, with an empty store unless told otherwise. */
  open(options?: ClientOptions): Workspace
}

export type ClientOptions = {
  /** What a test can cut: HTTP and the socket together. */
  readonly network?: Pick<DeviceNetwork, 'fetch' | 'connect'>
  /** Stands between the device and the server's HTTP. */
  readonly fetch?: (real: typeof fetch) => typeof fetch
  /** Stands between the device and its socket: what it sends goes out as this says. */
  readonly socket?: (frame: string) => string
  /** Stands between the device and its own socket, as where tabs share one. */
  readonly link?: (openSocket: () => Link) => Link
  readonly intents?: IntentStore
  readonly keeping?: Keeping
  /** The device's disk as far as plans go: given again, it is the same device after a kill. */
  readonly planStore?: PlanStore
  readonly imageStore?: ImageStore
  readonly attachmentStore?: ImageStore
  /** When the device fetches what nobody asked for; never unless told otherwise. */
  readonly whenIdle?: (act: () => void) => void
  /** Whether another page of this device still runs; none does unless told otherwise. */
  readonly isTabAlive?: (tabId: string) => boolean
  readonly tabId?: string
  readonly storePrefix?: string
  readonly now?: () => number
}

/** A real server on a real database, with as many real clients as a test wants. Everything is closed with it. */
export type World = {
  readonly server: DroverServer
  readonly database: TestDatabase
  readonly url: string
  owner(): Promise<Person>
  invite(by: Person, role: Role): Promise<Person>
  /** A key of the owner's team for a runner. */
  runnerKey(): Promise<string>
  /** Ends the server without a word to anybody and starts another on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

export type WorldOptions = TestDatabaseOptions & {
  readonly environment?: Readonly<Record<string, string>>
  /** What the server logs goes here; to standard error, errors only, unless told otherwise. */
  readonly log?: Log
  readonly sessionCheckMs?: number
  /** When what is written in a plan shows elsewhere. */
  readonly planTimes?: Partial<PlanTimes>
}

const password = 'blue tractor sings'

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = await openTestDatabase(options)
  const dataDir = await mkdtemp(join(tmpdir(), 'drover-world-'))
  const workspaces = new Set<Workspace>()
  let port = 0
  let owner: Promise<Person> | undefined
  let key: string | undefined
  let people = 0

  const start = async (): Promise<DroverServer> => {
    const made = await createServer({
      config: readConfig({
        DROVER_DATA_DIR: dataDir,
        DROVER_PORT: String(port),
        DROVER_LOG_LEVEL: 'error',
        ...options.environment,
      }),
      log: options.log ?? createLog('error'),
      now: Date.now,
      database,
      demoRepository: '',
      ...(options.sessionCheckMs === undefined ? {} : { sessionCheckMs: options.sessionCheckMs }),
      ...(options.planTimes === undefined ? {} : { planTimes: options.planTimes }),
    })
    port = made.port
    return made
  }
  let server = await start()
  const origin = server.url.origin

  async function enter(step: Record<string, unknown>): Promise<Person> {
    const answered = await fetch(`${origin}/api/v1/auth/links/password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ step, password }),
    })
    if (!answered.ok) throw new Error(`no account: ${answered.status} ${await answered.text()}`)
    const cookie = answered.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ')
    const signedIn: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('cookie', cookie)
      headers.set('origin', origin)
      return fetch(input instanceof Request ? input : new URL(String(input), origin), { ...init, headers })
    }
    const me = Me.parse(await (await signedIn('/api/v1/me')).json())
    const who = { userId: me.user.id, teamId: me.team.id }
    return {
      ...who,
      fetch: signedIn,
      cookie: () => cookie,
      open(client = {}) {
        const network = client.network ?? uncut
        const connected = network.fetch(signedIn)
        const openSocket = (): Link =>
          createSocketLink({
            url: `${origin.replace('http', 'ws')}/api/sync/socket`,
            profileId: randomUUID(),
            createSocket(url) {
              const socket = new NodeWebSocket(url, { headers: { cookie, origin } })
              network.connect(socket)
              const { socket: through } = client
              if (through !== undefined) {
                const real = socket.send.bind(socket)
                socket.send = (data: unknown) => real(through(String(data)))
              }
              return socket as unknown as WebSocket
            },
            now: Date.now,
            random: Math.random,
          })
        const workspace = createWorkspace({
          ...who,
          baseUrl: origin,
          fetch: client.fetch?.(connected) ?? connected,
          link: client.link?.(openSocket) ?? openSocket(),
          intents: client.intents ?? createMemoryIntentStore(),
          keeping: client.keeping ?? createMemoryKeeping(),
          plans: {
            openStore: async () => client.planStore ?? createMemoryPlanStore(),
            openImages: async () => client.imageStore ?? createMemoryImageStore(),
            openAttachments: async () => client.attachmentStore ?? createMemoryImageStore(),
            soon: (act) => act(),
            rooms: {
              url: `${origin.replace('http', 'ws')}${planRoomPath}`,
              WebSocket: deviceSocket({ cookie, origin }, network),
              random: Math.random,
              requests: {
                fetch: client.fetch?.(connected) ?? connected,
                url: `${origin}${planRequestsPath}`,
                everyMs: 100,
              },
            },
            whenIdle: (act) => client.whenIdle?.(act),
          },
          tabId: client.tabId ?? randomUUID(),
          isTabAlive: async (tabId) => client.isTabAlive?.(tabId) ?? false,
          kvStore: 'mem',
          now: client.now ?? Date.now,
          newId,
          storePrefix: client.storePrefix ?? randomUUID(),
        })
        workspaces.add(workspace)
        return workspace
      },
    }
  }

  async function firstPerson(): Promise<Person> {
    const link = await server.auth.firstStartLink()
    return enter({ kind: 'welcome', token: tokenOf(link?.url), name: 'Mara Lindqvist', email: 'mara@example.test' })
  }

  const world: World = {
    get server() {
      return server
    },
    database,
    url: origin,
    owner: () => (owner ??= firstPerson()),
    async invite(by, role) {
      const answered = await by.fetch(`/api/v1/teams/${by.teamId}/invitations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ role }),
      })
      const { url } = z.object({ url: z.string() }).parse(await answered.json())
      people++
      return enter({
        kind: 'invite',
        token: tokenOf(url),
        name: `Person ${people}`,
        email: `person${people}@example.test`,
      })
    },
    async runnerKey() {
      const { teamId } = await world.owner()
      key ??= (await server.auth.issueRunnerKey(teamId, 'test'))?.key
      if (key === undefined) throw new Error('no key')
      return key
    },
    async restart() {
      await server.close()
      server = await start()
    },
    async close() {
      await Promise.all([...workspaces].map((workspace) => workspace.close()))
      await server.close()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return world
}

const Me = z.object({ user: z.object({ id: UserId }), team: z.object({ id: TeamId }) })

function tokenOf(url: string | undefined): string {
  return new URL(url ?? 'http://nowhere/').hash.replace('#token=', '')
}

/** The first value of a subscription for which `accept` is true. */
export function until<T>(
  subscribe: (onValue: (value: T) => void) => () => void,
  accept: (value: T) => boolean,
  ms = 10_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop: (() => void) | undefined
    let last: T | undefined
    let done = false
    const timer = setTimeout(() => {
      done = true
      stop?.()
      reject(new Error(`not within ${ms} ms; last: ${JSON.stringify(last)?.slice(0, 2000)}`))
    }, ms)
    stop = subscribe((value) => {
      last = value
      if (done || !accept(value)) return
      done = true
      clearTimeout(timer)
      queueMicrotask(() => stop?.())
      resolve(value)
    })
  })
}
