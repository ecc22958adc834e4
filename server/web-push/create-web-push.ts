import type { RunId, UserId } from '#shared/ids.ts'
import type { PresenceHub } from '#sync/server/presence.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import type { Database } from '../db/database.ts'
import type { Log } from '../log.ts'
import type { PushJobs } from './jobs.ts'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'
import { createPushTokens, type PushTokens } from './tokens.ts'

export type WebPushParts = Awaited<ReturnType<typeof loadWebPush>>

/** Notifications brought to devices. What sends them is loaded and started after the server serves: nobody waits for it. */
export type WebPush = {
  readonly subscriptions: Subscriptions
  readonly tokens: PushTokens
  /** The parts that send, once they are there. */
  parts(): Promise<WebPushParts>
  /** There may be something to send. */
  wake(): void
  idle(): Promise<void>
  close(): Promise<void>
}

export type WebPushDeps = TransactDeps & {
  readonly database: Database
  readonly store: SpaceStore
  readonly presence: PresenceHub
  readonly publicUrl: URL
  readonly allowPrivate: boolean
  readonly log: Log
  readonly onError: (error: unknown) => void
}

export function createWebPush(deps: WebPushDeps): WebPush {
  const subscriptions = createSubscriptions(deps)
  const tokens = createPushTokens(deps)
  let loading: Promise<WebPushParts> | undefined
  let jobs: Promise<PushJobs | undefined> | undefined
  let closed = false

  const parts = (): Promise<WebPushParts> => {
    loading ??= loadWebPush(deps, subscriptions, tokens).catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }

  async function start(): Promise<PushJobs | undefined> {
    try {
      if (!(await isWanted(deps.database))) {
        jobs = undefined
        return undefined
      }
      const { startJobs } = await parts()
      return await startJobs()
    } catch (error) {
      // The next wake tries again; what waits stays in the database.
      jobs = undefined
      if (!closed) deps.onError(error)
      return undefined
    }
  }

  return {
    subscriptions,
    tokens,
    parts,
    wake() {
      if (closed) return
      jobs ??= start()
      void jobs.then((started) => started?.wake())
    },
    async idle() {
      await (await jobs)?.idle()
    },
    async close() {
      closed = true
      await (await jobs)?.close()
    },
  }
}

/** A server that no browser asked for pushes runs without all that sends them. */
async function isWanted(database: Database): Promise<boolean> {
  const [row] = await database.query<{ wanted: boolean }>('select exists (select from push_subscription) as wanted')
  if (row?.wanted === true) return true
  await database.query(
    'delete from push_message m where not exists (select from push_subscription p where p.user_id = m.user_id)',
  )
  return false
}

async function loadWebPush(deps: WebPushDeps, subscriptions: Subscriptions, tokens: PushTokens) {
  const [{ createPushService }, { loadVapidKeys, vapidSubject }, { sendPush, deliver }, { startPushJobs }] =
    await Promise.all([import('./push-service.ts'), import('./vapid.ts'), import('./sender.ts'), import('./jobs.ts')])
  const service = createPushService({
    keys: await loadVapidKeys(deps.database, deps.now()),
    subject: async () => vapidSubject(deps.publicUrl, await ownerEmail(deps.database)),
    allowPrivate: deps.allowPrivate,
    now: deps.now,
  })
  const sending = {
    ...deps,
    subscriptions,
    tokens,
    service,
    isWatching: (runId: RunId, userId: UserId) => deps.presence.isWatching(runId, userId),
  }
  return {
    publicKey: service.publicKey,
    deliver: (...[subscription, payload, options]: TailOf<typeof deliver>) =>
      deliver(sending, subscription, payload, options),
    startJobs: () =>
      startPushJobs({ database: deps.database, send: (job) => sendPush(sending, job), onError: deps.onError }),
  }
}

type TailOf<F extends (first: never, ...rest: never[]) => unknown> = F extends (
  first: never,
  ...rest: infer R
) => unknown
  ? R
  : never

async function ownerEmail(database: Database): Promise<string | undefined> {
  const [row] = await database.query<{ email: string }>(
    `select u.email from "user" u join member m on m.user_id = u.id where m.role = 'owner' order by m.created_at, m.id limit 1`,
  )
  return row?.email
}
