import { randomBytes, randomUUID } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import { deviceSocket } from '../../device-socket.ts'
import { z } from 'zod'
import type { Role } from '#shared/domain/team.ts'
import { TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import { createWorkspace } from '#sync/client/create-workspace.ts'
import { createMemoryIntentStore } from '#sync/client/intents.ts'
import { createMemoryKeeping } from '#sync/client/kept-runs.ts'
import { createMemoryImageStore } from '#sync/client/images/memory-image-store.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import { planRequestsPath, planRoomPath } from '#shared/protocol/plan-room.ts'
import { createSocketLink, type Link } from '#sync/client/socket-link.ts'
import type { Workspace } from '#sync/client/workspace.ts'

/** A signed-in person as plain data, so that other processes can act for them. */
export const Session = z.object({ origin: z.string(), cookie: z.string(), userId: UserId, teamId: TeamId })
export type Session = z.infer<typeof Session>

export const newId = (): string => uuidv7(Date.now(), randomBytes(10))

const password = 'blue tractor sings'

/** Redeems the link that the server printed at its first start. */
export function firstPerson(origin: string, link: string): Promise<Session> {
  return enter(origin, { kind: 'welcome', token: tokenOf(link), name: 'Mara Lindqvist', email: 'mara@example.test' })
}

export async function invite(by: Session, role: Role): Promise<Session> {
  const answered = await fetchAs(by)(`/api/v1/teams/${by.teamId}/invitations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role }),
  })
  const { url } = z.object({ url: z.string() }).parse(await answered.json())
  const name = `Person ${randomUUID().slice(0, 8)}`
  return enter(by.origin, { kind: 'invite', token: tokenOf(url), name, email: `${randomUUID()}@example.test` })
}

export async function runnerKey(by: Session): Promise<string> {
  const answered = await fetchAs(by)(`/api/v1/teams/${by.teamId}/runner-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench' }),
  })
  return z.object({ key: z.string() }).parse(await answered.json()).key
}

export function fetchAs(session: Pick<Session, 'origin' | 'cookie'>): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('cookie', session.cookie)
    headers.set('origin', session.origin)
    return fetch(input instanceof Request ? input : new URL(String(input), session.origin), { ...init, headers })
  }
}

export function openLink(session: Session): Link {
  const headers = { cookie: session.cookie, origin: session.origin }
  return createSocketLink({
    url: `${session.origin.replace('http', 'ws')}/api/sync/socket`,
    profileId: randomUUID(),
    createSocket: (url) => new NodeWebSocket(url, { headers, perMessageDeflate: false }) as unknown as WebSocket,
    now: Date.now,
    random: Math.random,
  })
}

/** One more device of this person, with an empty store. */
export function openDevice(session: Session): Workspace {
  return createWorkspace({
    userId: session.userId,
    teamId: session.teamId,
    baseUrl: session.origin,
    fetch: fetchAs(session),
    link: openLink(session),
    intents: createMemoryIntentStore(),
    keeping: createMemoryKeeping(),
    plans: {
      openStore: async () => createMemoryPlanStore(),
      openImages: async () => createMemoryImageStore(),
      openAttachments: async () => createMemoryImageStore(),
      soon: (act) => act(),
      rooms: {
        url: `${session.origin.replace('http', 'ws')}${planRoomPath}`,
        WebSocket: deviceSocket(session),
        random: Math.random,
        requests: { fetch: fetchAs(session), url: `${session.origin}${planRequestsPath}` },
      },
      whenIdle: () => undefined,
    },
    tabId: randomUUID(),
    isTabAlive: async () => false,
    kvStore: 'mem',
    now: Date.now,
    newId,
    storePrefix: randomUUID(),
  })
}

async function enter(origin: string, step: Record<string, unknown>): Promise<Session> {
  const answered = await fetch(`${origin}/api/v1/auth/links/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ step, password }),
  })
  if (!answered.ok) throw new Error(`no account: ${answered.status} ${await answered.text()}`)
  const cookies = answered.headers.getSetCookie().map((text) => text.split(';')[0])
  const cookie = cookies.join('; ')
  const me = Me.parse(await (await fetchAs({ origin, cookie })('/api/v1/me')).json())
  return { origin, cookie, userId: me.user.id, teamId: me.team.id }
}

const Me = z.object({ user: z.object({ id: UserId }), team: z.object({ id: TeamId }) })

function tokenOf(url: string): string {
  return new URL(url).hash.replace('#token=', '')
}
