import { randomBytes, randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { assert } from '#shared/assert.ts'
import type { Effect, Mutator } from '#sync/core/mutator.ts'
import { mutators } from '#sync/core/mutators/all.ts'
import { createHub, type Hub, type SpaceChange } from '#sync/server/hub.ts'
import { createKnownRows } from '#sync/server/known-rows.ts'
import { createLiveHub } from '#sync/server/live.ts'
import { createPresenceHub } from '#sync/server/presence.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import { createApp } from './app.ts'
import { defaultPublicUrl } from './auth/addresses.ts'
import { createAuth, type Auth } from './auth/create-auth.ts'
import { rememberActors } from './auth/remembered-actors.ts'
import { loadAuthSecret } from './auth/secret.ts'
import type { ServerConfig } from './config.ts'
import { createBlobStore } from './db/blob-store.ts'
import type { Database } from './db/database.ts'
import { createJobStore } from './db/job-store.ts'
import { watchReachability, type Reachability } from './db/reachability.ts'
import { createSpaceStore } from './db/space-store.ts'
import { createBrowserSockets } from './live/browser-sockets.ts'
import { createRunnerSockets } from './live/runner-sockets.ts'
import { joinCluster, soloCluster, type Cluster } from './live/cluster.ts'
import { socketRoutes } from './live/socket-routes.ts'
import { handleUpgrades } from './live/upgrade.ts'
import { listen, type Fetch } from './listen.ts'
import type { Log } from './log.ts'
import { createOriginChecks } from './middleware/origin-check.ts'
import { createWebPush, type WebPush } from './web-push/create-web-push.ts'
import { createPlans, type Plans } from './plans/create-plans.ts'
import { createImageStore } from './plans/image-store.ts'
import { createAgentTools } from './plans/agent/agent-tools.ts'
import { createPullLooks } from './runs/pull-looks.ts'
import { createInspections } from './environments/inspections.ts'
import { createPlanCalls } from './plans/agent/plan-calls.ts'
import { textDigest } from './plans/text-digest.ts'
import type { PlanSender } from './plans/mentions/send-plans.ts'
import { createPlanWork, type PlanWork } from './plans/plan-work.ts'
import { planTimes as defaultPlanTimes, type PlanTimes } from './plans/times.ts'
import { createRefusalLog } from './refusal-log.ts'
import { createRunnerRegistry } from './runners/registry.ts'
import { createRunAccess } from './runs/access.ts'
import { createUsageStore } from './costs/usage-store.ts'
import { createMentions } from './runs/mentions.ts'
import { createRunWork } from './runs/create-run-work.ts'
import type { Worker } from './runs/worker.ts'
import { createPlanFeeds } from './plan-shares/feed.ts'
import { createPlanTexts } from './plan-shares/texts.ts'
import { createPlaces } from './shares/places.ts'
import { createSharedStreams } from './shares/streams.ts'
import { createTeamRows } from './team-rows.ts'
import { createTerminalRelay } from './terminals/relay.ts'
import { createTerminalSockets } from './terminals/terminal-sockets.ts'

export type DroverServer = {
  readonly url: URL
  readonly port: number
  readonly auth: Auth
  readonly database: Database
  readonly reachability: Reachability
  readonly plans: Plans
  /** What tells runs of changed plans, for tests that do not wait. */
  readonly planTelling: Pick<Worker, 'wake' | 'idle'>
  /** Everything that answers from outside, for tests that must miss none. A socket's method is `SOCKET`. */
  readonly endpoints: readonly Endpoint[]
  close(): Promise<void>
}

export type Endpoint = { readonly method: string; readonly path: string }

export type ServerOptions = {
  readonly config: ServerConfig
  readonly log: Log
  readonly now: () => number
  /** Open and migrated; closed with the server if `ownsDatabase`. */
  readonly database: Database
  readonly ownsDatabase?: boolean
  /** Repository that the demonstration run clones when the user names none. */
  readonly demoRepository: string
  /** How often open sockets are asked whether their session still holds. */
  readonly sessionCheckMs?: number
  /** When what is written in a plan shows elsewhere. */
  readonly planTimes?: Partial<PlanTimes>
}

/** Everything of one server process, from the database to the listening port. */
export async function createServer(options: ServerOptions): Promise<DroverServer> {
  const { config, log, now, database } = options
  const closers: (() => unknown)[] = options.ownsDatabase === true ? [() => database.close()] : []
  try {
    return await compose(options, database, closers)
  } catch (error) {
    await closeAll(closers)
    throw error
  }

  async function compose(
    { demoRepository, sessionCheckMs = 5 * 60_000, planTimes }: ServerOptions,
    db: Database,
    toClose: (() => unknown)[],
  ): Promise<DroverServer> {
    const reachability = watchReachability({ database: db, now, log })
    toClose.unshift(() => reachability.close())
    const store = createSpaceStore(db)
    const jobs = createJobStore(db)
    const blobs = createBlobStore(db)
    const access = createRunAccess(db)
    const usage = createUsageStore(db)
    const hub = createHub(async (space) => (await store.head(space)).version)
    const live = createLiveHub()
    const presence = createPresenceHub()
    const runners = createRunnerRegistry()
    const inspections = createInspections({ runners, newId: randomUUID })
    toClose.unshift(() => inspections.close())
    toClose.unshift(() => hub.close())

    let cluster: Cluster = soloCluster
    const known = createKnownRows(store)
    const shared = announcing(hub, (change) => {
      known.took(change)
      cluster.changed(change.space, change.version)
    })
    const report = (about: string) => (error: unknown) => {
      if (reachability.took(error)) return
      log.error(
        {
          error: error instanceof Error ? error.message : String(error),
          stack: error instanceof Error ? error.stack : undefined,
        },
        about,
      )
    }
    const wake = (): void => work.wake()
    const onEffects = (effects: readonly Effect[]): void => {
      if (effects.some((effect) => effect.type === 'notify')) webPush?.wake()
      planWork?.note(effects)
      if (effects.some((effect) => effect.type === 'usage')) work.wakeUsage()
      if (!effects.some((effect) => effect.type === 'dispatch' || effect.type === 'deliver')) return
      wake()
      cluster.work()
    }
    const transacting: TransactDeps = { store, hub: shared, now, onEffects }
    let planWork: PlanWork | undefined
    const withMentions = createMentions({ store, jobs, onError: report('what a message mentions could not be read') })
    // No runner is connected before it is there.
    const planSender: PlanSender = {
      async withPlans(message) {
        assert(planWork !== undefined, 'plans are there before runners')
        return withMentions(message, await planWork.sender.withPlans(message))
      },
    }
    const work = createRunWork({
      ...transacting,
      database: db,
      dataDir: config.dataDir,
      leaseMs: config.leaseMs,
      jobs,
      runners,
      planSender,
      usage,
      report,
    })
    const { secretKeys, giveSecrets, giveGitCredentials } = work
    const pullLooks = createPullLooks({ ...transacting, jobs, runners, giveGitCredentials, newId: randomUUID })
    toClose.unshift(() => pullLooks.close())
    toClose.unshift(() => work.close())

    let app: { fetch: Fetch } | undefined
    let webPush: WebPush | undefined
    const underWay = new Set<Promise<unknown>>()
    const listening = await listen((request, env) => {
      const answer = Promise.resolve(app?.fetch(request, env) ?? starting())
      underWay.add(answer)
      const done = (): void => void underWay.delete(answer)
      answer.then(done, done)
      return answer
    }, config)
    toClose.unshift(async () => {
      await closeServer(listening.server)
      await Promise.allSettled(underWay)
    })
    const { port } = listening
    const publicUrl = config.publicUrl ?? defaultPublicUrl(config.host, port)
    const auth = createAuth({
      database: db,
      publicUrl,
      secret: await loadAuthSecret({ dataDir: config.dataDir, database: db, now, log }),
      teamRows: createTeamRows({ ...transacting, onNewTeam: () => secretKeys.wake() }),
      log,
      now,
      randomBytes,
    })
    toClose.unshift(() => auth.close())
    await auth.start()
    await jobs.renewAll(now() + config.leaseMs)
    if (db.kind !== 'embedded') {
      cluster = await joinCluster({
        database: db,
        hub,
        id: randomUUID(),
        onWork: wake,
        onError: report('telling other servers failed'),
      })
      toClose.unshift(() => cluster.close())
    }

    const plans = await createPlans({
      ...transacting,
      database: db,
      actorAgain: auth.getActor,
      sessionCheckMs,
      times: planTimes,
      onError: report('a plan could not be kept'),
    })
    toClose.unshift(() => plans.close())
    planWork = createPlanWork({
      ...transacting,
      plans,
      jobs,
      database: db,
      times: { ...defaultPlanTimes, ...planTimes },
      report,
    })
    const { telling } = planWork
    toClose.unshift(() => planWork?.close())

    const origins = createOriginChecks({ publicUrl, port })
    const actors = rememberActors({ getActor: auth.getActor, now })
    const refusals = createRefusalLog({ now, log })
    const push: PushDeps = {
      store,
      hub: shared,
      known,
      mutators: mutators as unknown as Readonly<Record<string, Mutator<never>>>,
      now,
      digest: textDigest,
      onEffects,
      onError: (error, mutation) => report(`the mutator ${mutation.name} failed`)(error),
    }
    webPush = createWebPush({
      ...transacting,
      database: db,
      presence,
      publicUrl,
      allowPrivate: config.pushPrivate,
      log,
      onError: report('sending pushes failed'),
    })
    toClose.unshift(() => webPush?.close())
    const places = createPlaces()
    const streams = createSharedStreams({
      places,
      store,
      hub,
      live,
      presence,
      now,
      onError: report('telling of a shared run failed'),
    })
    toClose.unshift(() => streams.endAll())
    const planFeeds = createPlanFeeds({ hub, places, now, onError: report('telling of a shared plan failed') })
    toClose.unshift(() => planFeeds.endAll())
    const images = createImageStore(db)
    const served = createApp({
      auth,
      refusals,
      reachability,
      actors,
      origins,
      publicUrl,
      webDir: config.webDir,
      now,
      log,
      push,
      runs: { store, jobs, blobs, access, demoRepository, pullLooks },
      usage: { usage },
      plans: { ...transacting, plans, rateLimits: auth.parts.rateLimits },
      environments: { ...transacting, inspections },
      images,
      secrets: transacting,
      webPush: { ...transacting, database: db, service: webPush, rateLimits: auth.parts.rateLimits },
      shared: {
        ...transacting,
        database: db,
        access,
        auth,
        jobs,
        blobs,
        streams,
        rateLimits: auth.parts.rateLimits,
      },
      sharedPlans: {
        ...transacting,
        database: db,
        auth,
        plans,
        texts: createPlanTexts({ plans, now }),
        images,
        feeds: planFeeds,
        rateLimits: auth.parts.rateLimits,
      },
    })

    const browsers = createBrowserSockets({
      store,
      hub,
      live,
      presence,
      planBoard: plans.board,
      access,
      now,
      actorAgain: auth.getActor,
      actors,
      push,
      refusals,
      reachability,
      log,
      onError: report('a message of a browser failed'),
      sessionCheckMs,
    })
    const terminals = createTerminalRelay({ runners, jobs, onError: report('a terminal could not be shown') })
    const terminalSockets = createTerminalSockets({
      relay: terminals,
      access,
      store,
      actorAgain: auth.getActor,
      now,
      sessionCheckMs,
      onError: report('a message of a terminal failed'),
    })
    toClose.unshift(() => terminalSockets.close())
    const runnerSockets = createRunnerSockets({
      ...transacting,
      jobs,
      runners,
      planSender,
      giveSecrets,
      giveGitCredentials,
      live,
      inspections,
      pullLooks,
      terminals,
      planCalls: createPlanCalls({
        jobs,
        store,
        tools: createAgentTools({ ...transacting, plans }),
        now,
        onError: report('a plan tool failed'),
      }),
      heartbeatMs: Math.floor(config.leaseMs / 6),
      leaseMs: config.leaseMs,
      wakeDispatcher: () => work.wakeDispatcher(),
      actorAgain: auth.authenticateRunner,
      log,
      onError: (error, about) => report(`${about} failed`)(error),
    })
    const routes = socketRoutes({
      auth,
      origins,
      publicUrl,
      browsers,
      rooms: plans.sockets,
      runners: runnerSockets,
      terminals: terminalSockets,
    })
    const upgrades = handleUpgrades(listening.server, routes, {
      trouble: reachability.trouble,
      onRefused: (refused) => refusals.note(refused),
      onError: report('a socket could not be opened'),
    })
    toClose.unshift(async () => {
      const pushed = browsers.close()
      upgrades.close()
      await pushed
    })
    const stopRevocations = auth.onRevoked((revocation) => {
      actors.forget()
      browsers.revoke(revocation)
      streams.recheck()
      plans.sockets.revoke(revocation)
      terminalSockets.revoke(revocation)
      runnerSockets.revoke(revocation)
    })
    toClose.unshift(stopRevocations)
    // An open socket would say that all is well; what the app asks instead is answered with the reason.
    toClose.unshift(
      reachability.onLost((trouble) => {
        browsers.endAll(trouble)
        streams.endAll()
        planFeeds.endAll()
      }),
    )
    app = served
    wake()
    secretKeys.wake()
    work.wakeUsage()
    webPush.wake()

    let closing: Promise<void> | undefined
    return {
      url: publicUrl,
      port,
      auth,
      database: db,
      reachability,
      plans,
      planTelling: telling,
      endpoints: [...endpointsOf(served), ...routes.map(({ path }) => ({ method: 'SOCKET', path }))],
      close() {
        closing ??= closeAll(toClose)
        return closing
      },
    }
  }
}

/** Its routes, each once; what stands before several of them is none. */
function endpointsOf(app: ReturnType<typeof createApp>): Endpoint[] {
  const routes = app.routes.filter(({ method }) => method !== 'ALL')
  return [...new Map(routes.map(({ method, path }) => [`${method} ${path}`, { method, path }])).values()]
}

/** The hub, telling other processes too. */
function announcing(hub: Hub, changed: (change: SpaceChange) => void): Hub {
  return {
    ...hub,
    publish(change) {
      hub.publish(change)
      changed(change)
    },
  }
}

/** Requests between the start of listening and the end of composing. */
function starting(): Response {
  return Response.json(
    { error: 'Drover is starting. Try again in a second.' },
    { status: 503, headers: { 'retry-after': '1' } },
  )
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function closeAll(closers: (() => unknown)[]): Promise<void> {
  for (const close of closers.splice(0)) await close()
}
