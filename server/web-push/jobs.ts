import { PgBoss } from 'pg-boss'
import type { Database, Queryable } from '../db/database.ts'
import { createWorker } from '../runs/worker.ts'
import { PushJob, type JobOutcome } from './sender.ts'

const queue = 'push'
/** Of Drover's own tables in `public` nothing is touched; a backup leaves these out. */
const schema = 'drover_jobs'
const batch = 20
const maxMessages = 100
/** Looked for new jobs so often without a word of this process: retries, and those of other servers. */
const pollSeconds = 2
const retry = { retryLimit: 8, retryDelay: 2, retryBackoff: true, retryDelayMax: 600 } as const
/** A try takes 15 s at most; a server that dies in one gives it back to the others after this. */
const expireInSeconds = 120

export type PushJobs = {
  /** There may be new messages. */
  wake(): void
  /** Resolves when nothing is under way in this process. */
  idle(): Promise<void>
  close(): Promise<void>
}

/**
 * Hands what a commit left in `push_message` to pg-boss, a job for each subscription of its person, in one transaction; pg-boss brings
 * each to `send`, again with growing pauses while it fails.
 */
export async function startPushJobs(deps: {
  readonly database: Database
  readonly send: (job: PushJob) => Promise<JobOutcome>
  readonly onError: (error: unknown) => void
}): Promise<PushJobs> {
  const { database } = deps
  const boss = new PgBoss({ db: asBossDb(database), schema, schedule: false })
  boss.on('error', deps.onError)
  await boss.start()
  await boss.createQueue(queue, { ...retry, expireInSeconds, retentionSeconds: 2 * 24 * 3600 })

  const underWay = new Set<Promise<unknown>>()
  const workerId = await boss.work(
    queue,
    { batchSize: batch, pollingIntervalSeconds: pollSeconds, perJobResults: true },
    async (jobs) => {
      const work = Promise.all(
        jobs.map(async (job) => {
          const failure = await tryOne(job.data).catch((error: unknown) => {
            deps.onError(error)
            return String(error)
          })
          return failure === undefined
            ? { id: job.id, status: 'completed' as const }
            : { id: job.id, status: 'failed' as const, output: { failure } }
        }),
      )
      underWay.add(work)
      try {
        return await work
      } finally {
        underWay.delete(work)
      }
    },
  )

  /** Why it is to be tried again, or `undefined`. */
  async function tryOne(data: unknown): Promise<string | undefined> {
    const outcome = await deps.send(PushJob.parse(data))
    if (outcome.status === 'failed') return `${outcome.trouble.status} ${outcome.trouble.text}`
    if (outcome.status === 'later')
      await boss.insert(queue, [{ data: outcome.job, startAfter: new Date(outcome.at).toISOString(), ...retry }])
    return undefined
  }

  /** Whether there may be more. */
  async function relay(): Promise<boolean> {
    const taken = await database.tx(async (tx) => {
      const messages = await tx.query<{ userId: string; teamId: string; row: string }>(
        `delete from push_message where id in (select id from push_message order by id limit $1 for update skip locked)
         returning user_id as "userId", team_id as "teamId", row_key as "row"`,
        [maxMessages],
      )
      if (messages.length === 0) return 0
      const devices = await tx.query<{ id: string; userId: string }>(
        'select id, user_id as "userId" from push_subscription where user_id = any($1)',
        [[...new Set(messages.map((one) => one.userId))]],
      )
      const jobs = messages.flatMap((message) =>
        devices
          .filter((device) => device.userId === message.userId)
          .map((device) => ({ data: { ...message, subscriptionId: device.id }, ...retry })),
      )
      if (jobs.length > 0) await boss.insert(queue, jobs, { db: asBossDb(tx) })
      return messages.length
    })
    if (taken > 0) boss.notifyWorker(workerId)
    return taken === maxMessages
  }

  const worker = createWorker({
    everyMs: 30_000,
    onError: deps.onError,
    async round() {
      while (await relay());
    },
  })
  worker.wake()
  return {
    wake: () => worker.wake(),
    async idle() {
      await worker.idle()
      await Promise.all(underWay)
    },
    async close() {
      worker.close()
      await worker.idle()
      await boss.stop({ graceful: true, timeout: 20_000 })
    },
  }
}

function asBossDb(db: Queryable): { executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }> } {
  return { executeSql: async (text, values) => ({ rows: await db.query(text, values) }) }
}
