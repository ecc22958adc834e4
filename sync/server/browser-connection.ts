import type { RunId, UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { BrowserUp, browserProtocol, type BrowserDown } from '#shared/protocol/browser-socket.ts'
import { parseSpace, schemaVersion, versionOf, type SpaceId } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import type { Hub, SpaceChange } from './hub.ts'
import type { LiveHub } from './live.ts'
import type { PlanBoard, PlanParticipants } from './plan/plan-board.ts'
import type { PresenceHub } from './presence.ts'
import { personalKind, readableBy, toOperation } from './pull.ts'
import type { SpaceStore } from './space-store.ts'

/** The socket as this room needs it. */
export type SocketPort = {
  send(text: string): void
  close(code: number, reason: string): void
  /** Bytes that wait to be sent. */
  bufferedBytes(): number
}

export type BrowserConnectionDeps = {
  readonly store: SpaceStore
  readonly hub: Hub
  readonly live: LiveHub
  readonly presence: PresenceHub
  readonly planBoard: Pick<PlanBoard, 'watch'>
  readonly serverVersion: string
  readonly now: () => number
  /** Whether this person may read the space now. */
  readonly mayRead: (space: SpaceId) => Promise<boolean>
  readonly mayFollow: (runId: RunId) => Promise<boolean>
  /** Takes a push or a pull and says how HTTP would answer it. Order and bounds are its own: it holds up no other message. */
  readonly request: (
    request: Extract<BrowserUp, { type: 'push' | 'pull' }>,
    onAnswer: (answer: SocketAnswer) => void,
  ) => void
  /** The browser was told that it did something wrong; it may be told often. */
  readonly onRefused: (why: Refusal) => void
}

/** As HTTP would answer; `use_http`: too long for the socket. */
export type SocketAnswer = { readonly status: number; readonly body: Json } | 'use_http'

export type BrowserConnection = {
  receive(text: string): Promise<void>
  close(): void
}

/** A reader this far behind is not fed any more: it is told to pull once it has caught up. */
const slowBytes = 1_000_000
/** What is sent to it all the same (answers, `behind`) ends here: it does not read at all. */
const deadBytes = 4_000_000
const maxSpaces = 64
const maxFollowed = 32
/** A patch of more rows is not sent: pulling it in pages blocks the device less. */
const maxPokeRows = 500
/** Plans, and who is in each, that are told at once. */
const maxToldPlans = 500
const maxParticipants = 12

/** One browser profile: sends pokes of the spaces it subscribed to, live text of the runs it follows, and presence. */
export function createBrowserConnection(
  deps: BrowserConnectionDeps,
  userId: UserId,
  socket: SocketPort,
): BrowserConnection {
  const spaces = new Map<SpaceId, () => void>()
  const behind = new Map<SpaceId, number>()
  const followed = new Map<RunId, () => void>()
  const identity = {}
  /** What this browser last said of itself. It counts for a run that it follows, whichever came first. */
  let said: Extract<BrowserUp, { type: 'presence' }> | undefined
  let greeted = false
  let closed = false

  const send = (message: BrowserDown): void => {
    if (closed) return
    if (socket.bufferedBytes() > deadBytes) return socket.close(1013, 'read what was sent, then connect again')
    socket.send(JSON.stringify(message))
  }
  const refuse = (why: Refusal): void => {
    deps.onRefused(why)
    send({ type: 'error', refusal: why })
  }
  const isSlow = (): boolean => socket.bufferedBytes() > slowBytes

  function tellBehind(space: SpaceId, version: number): void {
    if (isSlow()) behind.set(space, version)
    else {
      behind.delete(space)
      send({ type: 'behind', space, version })
    }
  }

  function onChange(space: SpaceId, change: SpaceChange): void {
    if (behind.has(space) || isSlow() || change.patch.length > maxPokeRows) return tellBehind(space, change.version)
    if (!closed) socket.send(pokeFrame(change, userId))
  }

  async function subscribe(message: Extract<BrowserUp, { type: 'subscribe' }>): Promise<void> {
    const { space, cookie } = message
    if (spaces.size >= maxSpaces && !spaces.has(space))
      return refuse(refusal('too_many', `${maxSpaces} spaces at once`))
    if (!(await deps.mayRead(space))) return send({ type: 'gone', space, refusal: refusal('not_allowed') })
    if (closed) return
    spaces.get(space)?.()
    const stop = deps.hub.subscribe(space, {
      onChange: (change) => onChange(space, change),
      onGap: (version) => tellBehind(space, version),
    })
    const stopParticipants = watchParticipants(space)
    spaces.set(space, () => {
      stop()
      stopParticipants()
    })
    const head = await deps.store.head(space)
    if (cookie === null || head.version !== versionOf(cookie)) tellBehind(space, head.version)
  }

  /** Who is in the plans of a team is for whoever may read its rows. */
  function watchParticipants(space: SpaceId): () => void {
    const parsed = parseSpace(space)
    if (parsed.kind !== 'team') return () => undefined
    return deps.planBoard.watch(parsed.teamId, (participants, whole) =>
      send({ type: 'plan_participants', whole, plans: toParticipants(participants) }),
    )
  }

  async function follow(runId: RunId): Promise<void> {
    if (followed.has(runId)) return
    if (followed.size >= maxFollowed) return refuse(refusal('too_many', `${maxFollowed} runs at once`))
    if (!(await deps.mayFollow(runId))) return refuse(refusal('not_found', 'run'))
    if (closed || followed.has(runId)) return
    const stopLive = deps.live.follow(runId, {
      onEntry(entry) {
        if (!isSlow()) send({ type: 'live_state', runId, entries: [entry] })
      },
      onDeltas(deltas) {
        if (!isSlow()) send({ type: 'live', runId, deltas: [...deltas] })
      },
    })
    send({ type: 'live_state', runId, entries: [...deps.live.unfinished(runId)] })
    const stopPresence = deps.presence.watch(runId, (people) => send({ type: 'presence', runId, people: [...people] }))
    followed.set(runId, () => {
      stopLive()
      stopPresence()
    })
    if (said?.runId === runId) showPresence()
  }

  async function handle(message: BrowserUp): Promise<void> {
    if (message.type === 'hello') {
      if (message.protocol !== browserProtocol) return send({ type: 'reload', reason: 'protocol' })
      if (message.schemaVersion !== schemaVersion) return send({ type: 'reload', reason: 'schema' })
      greeted = true
      return send({
        type: 'welcome',
        protocol: browserProtocol,
        serverVersion: deps.serverVersion,
        userId,
        at: deps.now(),
      })
    }
    if (!greeted) return refuse(refusal('invalid', 'the first message must be hello'))
    switch (message.type) {
      case 'subscribe':
        return subscribe(message)
      case 'unsubscribe':
        spaces.get(message.space)?.()
        spaces.delete(message.space)
        behind.delete(message.space)
        return
      case 'follow':
        return follow(message.runId)
      case 'unfollow':
        followed.get(message.runId)?.()
        followed.delete(message.runId)
        if (said?.runId === message.runId) showPresence()
        return
      case 'presence':
        said = message
        return showPresence()
      case 'push':
      case 'pull':
        return deps.request(message, (answer) =>
          send(
            answer === 'use_http'
              ? { type: 'use_http', id: message.id }
              : { type: 'answer', id: message.id, ...answer },
          ),
        )
      case 'ping':
        for (const [space, version] of behind) tellBehind(space, version)
        return send({ type: 'pong', at: message.at, serverAt: deps.now() })
    }
  }

  function showPresence(): void {
    const runId = said?.visible === true ? said.runId : null
    const here = runId !== null && followed.has(runId)
    deps.presence.set(identity, here ? { runId, userId, typing: said?.typing ?? false } : undefined)
  }

  return {
    async receive(text) {
      const parsed = parseUp(text)
      if (parsed === undefined) return refuse(refusal('invalid', 'this message is not understood'))
      await handle(parsed)
    },
    close() {
      if (closed) return
      closed = true
      for (const stop of spaces.values()) stop()
      for (const stop of followed.values()) stop()
      spaces.clear()
      followed.clear()
      deps.presence.set(identity, undefined)
    },
  }
}

function toParticipants(all: PlanParticipants): Extract<BrowserDown, { type: 'plan_participants' }>['plans'] {
  return [...all].slice(0, maxToldPlans).map(([planId, participants]) => ({
    planId,
    participants: participants.slice(0, maxParticipants),
    more: Math.max(0, participants.length - maxParticipants),
  }))
}

function parseUp(text: string): BrowserUp | undefined {
  try {
    const parsed = BrowserUp.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

const frames = new WeakMap<SpaceChange, string>()

/** The frame is made once for all readers who see the same of a change. */
function pokeFrame(change: SpaceChange, userId: string): string {
  const isPlain = !change.patch.some(([key]) => personalKind(key) !== undefined)
  const known = isPlain ? frames.get(change) : undefined
  if (known !== undefined) return known
  const readable = readableBy(userId)
  const patch = change.patch
    .filter(([key]) => readable({ key }))
    .map(([key, value]: readonly [string, Json | undefined]) => toOperation({ key, value }))
  const mutations: Record<string, Record<string, number>> = {}
  for (const { group, client, id } of change.mutations) mutations[group] = { ...mutations[group], [client]: id }
  const message: BrowserDown = {
    type: 'poke',
    space: change.space,
    base: change.base,
    version: change.version,
    patch,
    mutations,
  }
  const frame = JSON.stringify(message)
  if (isPlain) frames.set(change, frame)
  return frame
}
