import type { RunId, TeamId, UserId } from '#shared/ids.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'
import { parseSpace, teamSpace, type SpaceId } from '#shared/protocol/sync.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import { Member } from '#shared/domain/team.ts'
import { keys } from '#sync/core/keys.ts'
import { mutatorNames } from '#sync/core/mutators/names.ts'
import { getRow } from '#sync/core/transaction.ts'
import { deviceMutators } from './device-mutators.ts'
import type { Keeping } from './kept-runs.ts'
import { createLater } from './later.ts'
import { createIntentLog, type IntentLog } from './intent-log.ts'
import type { IntentStore } from './intents.ts'
import type { TextFinder } from './find-text.ts'
import { createLaterPlans, type LaterPlanDeps } from './plans/later-plans.ts'
import type { Link } from './socket-link.ts'
import { createLastingCache } from './lasting-cache.ts'
import { createSpaceCache, type SpaceCache } from './space-cache.ts'
import { createSocketRequests } from './socket-requests.ts'
import { createPresenceBoard } from './presence-board.ts'
import { createStatus, type Failure } from './status.ts'
import { createOpenRuns } from './open-runs.ts'
import { concernsPlan, concernsRun, type KeptRun, type SyncStatus, type Workspace } from './workspace.ts'

export type WorkspaceDeps = {
  readonly userId: UserId
  readonly teamId: TeamId
  /** Origin of the server, without a slash at the end; empty for the page's own. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly link: Link
  readonly intents: IntentStore
  readonly keeping: Keeping
  readonly plans: LaterPlanDeps
  /** Names this page; `isTabAlive` tells whether another one still runs. */
  readonly tabId: string
  readonly isTabAlive: (tabId: string) => Promise<boolean>
  readonly kvStore: 'idb' | 'mem'
  readonly now: () => number
  readonly newId: () => string
  /** Tests give each client a store of its own; in a browser it is one for the profile. */
  readonly storePrefix?: string
}

/** A run that was just made here is asked for again when the team's rows change, and after this at the latest. */
const askAgainMs = 1_000
/** Whoever comes back to the app is told within this time that nothing answers. */
const answerWithinMs = 8_000
/** How often the server is asked while no socket can be opened. */
const pollMs = 3_000

/** Opens this person's view of the team on this device. Works without a network from what the device has. */
export function createWorkspace(deps: WorkspaceDeps): Workspace {
  const prefix = `${deps.storePrefix ?? 'drover'}/${deps.userId}/${deps.teamId}`
  const status = createStatus(deps.now)
  const caches = new Map<SpaceId, SpaceCache>()
  const presence = createPresenceBoard((message) => deps.link.send(message))
  const space = teamSpace(deps.teamId)
  /** Spaces of runs that the server did not let us read: it may not have taken the start of the run yet. */
  const refused = new Set<SpaceId>()
  let askAgain: ReturnType<typeof setTimeout> | undefined
  let closed = false
  let heard = 0
  let expected: ReturnType<typeof setTimeout> | undefined

  const events = (id: SpaceId, onLost: () => void) => ({
    onLost,
    onFresh: () => onFresh(),
    onChanged: () => {
      intents.settle().catch(unlessClosed)
      if (id === space) askForRefused()
    },
    onFailure: (why: Failure) => status.failed(why),
    onReload: () => void tellReload(),
    ...(id === space ? {} : { onRefused: () => onRefused(id) }),
  })

  /** What was under way with the device's store when it closed is over without an outcome. */
  function unlessClosed(error: unknown): void {
    if (!closed) throw error
  }

  /** A word of the server that this device has everything. */
  function hear(): void {
    heard++
    status.fresh()
  }

  function onFresh(): void {
    const wasOffline = status.current().connection === 'offline'
    hear()
    // The server is back before the socket's next try is due.
    if (wasOffline && status.current().connection === 'polling') deps.link.probe()
  }

  function onRefused(id: SpaceId): void {
    if (closed || !caches.has(id)) return
    refused.add(id)
    askAgain ??= setTimeout(askForRefused, askAgainMs)
  }

  function askForRefused(): void {
    clearTimeout(askAgain)
    askAgain = undefined
    const again = [...refused]
    refused.clear()
    for (const id of again) {
      const cache = caches.get(id)
      const parsed = parseSpace(id)
      if (cache === undefined || parsed.kind === 'team') continue
      // Before the pull, so that nothing is written between the two that this device would not hear of.
      deps.link.send({ type: 'subscribe', space: id, cookie: null })
      cache.release()
      deps.link.send({ type: 'follow', runId: parsed.runId })
    }
  }

  const cacheDeps = (id: SpaceId, onLost: () => void) => ({
    space: id,
    userId: deps.userId,
    baseUrl: deps.baseUrl,
    fetch: deps.fetch,
    kvStore: deps.kvStore,
    events: events(id, onLost),
    ask: (kind: 'push' | 'pull', body: unknown) => socketRequests.ask(kind, id, body),
  })

  function openTeam(): SpaceCache {
    const cache = createLastingCache({
      open: (onLost) =>
        createSpaceCache({
          ...cacheDeps(space, onLost),
          storeName: prefix,
          mutators: deviceMutators({ ...deps, insists: (intentId) => insisting.has(intentId) }),
        }),
      onReplaced() {
        intents.uncarry()
        intents.carryAll().catch(unlessClosed)
      },
    })
    caches.set(space, cache)
    void subscribeSpace(cache)
    return cache
  }

  async function subscribeSpace(cache: SpaceCache): Promise<void> {
    try {
      const cookie = await cache.cookie()
      if (!closed) deps.link.send({ type: 'subscribe', space: cache.space, cookie })
    } catch (error) {
      unlessClosed(error)
    }
  }

  async function subscribeAll(): Promise<void> {
    await Promise.all([...caches.values()].map(subscribeSpace))
  }

  /** People are told to reload once what they did is with the server; while it is not, the next word of the server tries again. */
  async function tellReload(): Promise<void> {
    if (reloading) return
    reloading = true
    reloading = await team.push().catch(() => false)
    if (reloading && !closed) status.mustReload()
  }

  let waiting = 0
  let unstoredPlans = 0
  function tellPending(): void {
    status.pending(waiting + unstoredPlans)
  }

  let reloading = false
  const socketRequests = createSocketRequests(deps)
  const insisting = new Set<string>()
  const team = openTeam()
  const intents: IntentLog = createIntentLog({
    store: deps.intents,
    cache: team,
    userId: deps.userId,
    insisting,
    tabId: deps.tabId,
    isTabAlive: deps.isTabAlive,
    now: deps.now,
    newId: deps.newId,
    onPending(pending) {
      waiting = pending.length
      tellPending()
    },
  })

  const runs = createOpenRuns({
    link: deps.link,
    storePrefix: prefix,
    cacheDeps,
    caches,
    onOpened: (cache) => void subscribeSpace(cache),
    isOnItsWay: (runId) => intents.has((pending) => pending.name === 'createRun' && concernsRun(pending, runId)),
    onAhead: onRefused,
    isAhead: (id) => refused.has(id),
    // Until it is known which runs stay, all do.
    isPinned: (runId) => kept.now()?.isPinned(runId) ?? true,
    unlessClosed,
  })

  const kept = createLater(async () => {
    const { createKeptRuns } = await import('./kept-runs.ts')
    return createKeptRuns({
      ...deps.keeping,
      runs,
      readRun: (runId) => team.query((tx) => tx.get(keys.run(runId))),
      isOnline: () => isReached(status.current()),
      now: deps.now,
      onError: unlessClosed,
    })
  })
  const plans = createLaterPlans({
    ...deps,
    ...deps.plans,
    channel: `${prefix}/plan`,
    rows: { feed: (of, onChange) => team.feed(of, deps.now(), onChange), query: team.query },
    mayWrite: () => mayWrite,
    isOnline: () => isReached(status.current()),
    isSocketBlocked: () => status.current().connection === 'polling',
    onUnstored(count) {
      unstoredPlans = count
      tellPending()
    },
    estimate: deps.keeping.estimate,
    isOnItsWay: (planId) => intents.has((pending) => pending.name === 'createPlan' && concernsPlan(pending, planId)),
    now: deps.now,
    newId: deps.newId,
    unlessClosed,
  })
  let mayWrite = true
  const stopRole = team.subscribe(
    async (tx) => (await getRow(tx, keys.member(deps.userId), Member))?.role,
    (role) => {
      const might = mayWrite
      mayWrite = role === undefined || canEditPlans(role)
      if (mayWrite !== might) plans.roleChanged()
    },
  )
  let finder: Promise<TextFinder> | undefined
  let stopRuns = (): void => undefined
  kept.onHere(({ takeRuns }) => (stopRuns = team.watch(keys.runs, takeRuns)))
  deps.plans.soon(kept.begin)
  // The server has taken what was on its way: a plan's room is there now.
  const stopTaken = intents.subscribe(() => plans.taken())
  let wasReached = false
  const stopReached = status.subscribe((now) => {
    if (isReached(now) && !wasReached) {
      kept.retry()
      kept.now()?.retry()
      plans.wake()
    }
    wasReached = isReached(now)
  })

  function onMessage(message: BrowserDown): void {
    switch (message.type) {
      case 'poke':
        void caches.get(message.space)?.poke(message)
        return
      case 'behind':
        void caches.get(message.space)?.catchUp(message.version)
        return
      case 'pong':
        hear()
        return
      case 'reload':
        void tellReload()
        return
      case 'gone':
        if (message.space === space) status.failed('not_allowed')
        else onRefused(message.space)
        return
      case 'presence':
        presence.take(message.runId, message.people)
        return
      case 'plan_participants':
        plans.participants.take(message)
        return
    }
  }

  const stopMessages = deps.link.onMessage(onMessage)
  const stopState = deps.link.onState((state) => {
    status.link(state)
    // A socket that can't be opened doesn't say why: HTTP tells a missing network from an ended session, and goes on syncing meanwhile.
    if (state === 'closed') void pullAll()
    if (state === 'closed') plans.doubt()
    if (state === 'closed') plans.participants.forget()
    if (state !== 'open') return
    presence.sayAgain()
    void subscribeAll().then(refresh)
  })

  const poll = setInterval(() => {
    if (status.current().connection === 'polling') void pullAll()
  }, pollMs)

  async function pullAll(): Promise<void> {
    await Promise.all([...caches.values()].map((cache) => cache.pull()))
  }

  /** What stands open may have died while nobody looked; requests are only given up later. A word that comes after all sets it right. */
  function expectAnswer(): void {
    clearTimeout(expected)
    const asked = heard
    expected = setTimeout(() => {
      if (heard === asked) status.failed('unreachable')
    }, answerWithinMs)
  }

  async function refresh(): Promise<void> {
    // What another page left behind when it was killed, while this one lived.
    intents.offerAgain().catch(unlessClosed)
    await pullAll()
    await team.push()
  }

  const mutate = Object.fromEntries(
    mutatorNames.map((name) => [name, (args: unknown) => intents.perform(name, args)]),
  ) as Workspace['mutate']

  async function closeKept(): Promise<void> {
    const here = await kept.close()
    if (here === undefined) deps.keeping.notes.close()
    else await here.close()
  }

  intents.offerAgain().catch(unlessClosed)

  return {
    userId: deps.userId,
    teamId: deps.teamId,
    mutate,
    subscribe: team.subscribe,
    query: team.query,
    feedRows: (prefix, onChange) => team.feed(prefix, deps.now(), onChange),
    subscribeStatus: status.subscribe,
    subscribePending: intents.subscribe,
    subscribeIntents: intents.subscribeAll,
    forgetIntent: intents.forget,
    prepareRun: runs.prepare,
    openTranscript(runId) {
      kept
        .ask()
        .then((runsHere) => runsHere.opened(runId))
        .catch(unlessClosed)
      return runs.open(runId)
    },
    subscribeKept(onKept) {
      kept.begin()
      return kept.follow<ReadonlyMap<RunId, KeptRun>>(new Map(), onKept, (here, on) => here.subscribe(on))
    },
    pinRun: async (runId, pinned) => (await kept.ask()).pin(runId, pinned),
    makeRoom: async () => (await kept.ask()).makeRoom(0),
    ...plans.plans,
    async findText(query, onHits) {
      finder ??= Promise.all([import('./find-text.ts'), kept.ask()]).then(([{ createTextFinder }, here]) =>
        createTextFinder({ kept: here, runs }),
      )
      finder.catch(() => (finder = undefined))
      return (await finder).find(query, onHits)
    },
    subscribePresence: presence.subscribe,
    setPresence: (runId, typing = false) => presence.set(runId, typing),
    async refresh() {
      deps.link.probe()
      plans.wake()
      expectAnswer()
      await refresh()
    },
    async close() {
      closed = true
      clearTimeout(askAgain)
      clearTimeout(expected)
      clearInterval(poll)
      stopMessages()
      stopState()
      stopRuns()
      stopReached()
      stopTaken()
      stopRole()
      const keptClosed = closeKept()
      const plansClosed = plans.close()
      const runsClosed = runs.close()
      status.close()
      socketRequests.close()
      deps.link.close()
      await Promise.all([...[...caches.values()].map((cache) => cache.close()), runsClosed, keptClosed, plansClosed])
      deps.intents.close()
    },
  }
}

function isReached({ connection }: SyncStatus): boolean {
  return connection === 'online' || connection === 'polling'
}
