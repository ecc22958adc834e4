import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { decodeStateVector, encodeStateAsUpdate } from 'yjs'
import { z } from 'zod'
import { Plan, PlanFolder, planMarkdownLimit, planTitleLimit } from '#shared/domain/plan.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import { PlanId, PlanVersionId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { readSyncRequest, writeSyncAnswer } from '#sync/core/plan/sync-message.ts'
import { keys } from '#sync/core/keys.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { limits, type RateLimits } from '../auth/rate-limits.ts'
import type { Actor } from '../auth/actor.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import type { Plans } from '../plans/create-plans.ts'
import { importPlan, type ImportPlanDeps } from '../plans/import-plan.ts'
import { fileNameOf } from '../plans/file-name.ts'
import { syncPlan, type SyncRefusal } from '../plans/sync-plan.ts'
import { answer } from './answers.ts'

export type PlanRoutesDeps = Omit<ImportPlanDeps, 'store' | 'plans'> & {
  readonly store: SpaceStore
  readonly plans: Plans
  readonly rateLimits: Pick<RateLimits, 'take'>
}

const noPlan = refusal('not_found', 'There is no such plan in your team.')
const noVersion = refusal('not_found', 'There is no such version of this plan.')
/** As the room says it where it closes a socket. */
const syncRefusals: Record<SyncRefusal, Refusal> = {
  [roomClosed.later]: refusal('too_many', 'Too many plans are open at the moment. Try again in a minute.'),
  [roomClosed.malformed]: refusal('invalid', 'This is no change of a plan.'),
  [roomClosed.full]: refusal('too_large', 'This plan is as large as it may be.'),
}

const NewPlanBody = z.object({
  title: z.string().trim().min(1).max(planTitleLimit).optional(),
  folder: PlanFolder.optional(),
  markdown: z.string().max(planMarkdownLimit),
})

/** A device's state vector. */
const Since = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9_-]*$/)

/** Plans beside the synced rows and the rooms: for devices that keep copies, for scripts, and for the command line. */
export function planRoutes({ plans, ...deps }: PlanRoutesDeps): Hono<Environment> {
  /** The plan, if it is one of the actor's team. */
  async function find(actor: Actor, id: string): Promise<{ ref: PlanRef; row: Plan } | undefined> {
    const planId = PlanId.safeParse(id)
    if (!planId.success) return undefined
    const read = await deps.store.read(teamSpace(actor.teamId), [keys.plan(planId.data)])
    const row = Plan.safeParse(read.rows[0]?.value)
    return row.success ? { ref: { teamId: actor.teamId, planId: planId.data }, row: row.data } : undefined
  }

  return new Hono<Environment>()
    .post('/plans', async (c) => {
      const body = await readBody(c, NewPlanBody)
      if (!canEditPlans(c.var.actor.role)) return refuse(c, refusal('not_allowed'))
      return answer(c, await importPlan({ ...deps, plans }, c.var.actor, body), 201)
    })
    .post('/plans/:planId/sync', async (c) => {
      const { userId, role } = c.var.actor
      const wait = await deps.rateLimits.take(limits.planSync, userId)
      if (wait !== undefined) return refuseTooFast(c, wait)
      const plan = await find(c.var.actor, c.req.param('planId'))
      if (plan === undefined) return refuse(c, noPlan)
      const request = readSyncRequest(new Uint8Array(await c.req.arrayBuffer()))
      if (request === undefined) return refuse(c, syncRefusals[roomClosed.malformed])
      const by = { plan: plan.ref, userId, mayWrite: canEditPlans(role) }
      const answered = await syncPlan(plans.rooms, by, request)
      if (!answered.ok)
        return refuse(c, syncRefusals[answered.error], answered.error === roomClosed.later ? 503 : undefined)
      return c.body(writeSyncAnswer(answered.value), 200, {
        'content-type': 'application/octet-stream',
        'cache-control': 'no-store',
      })
    })
    .get('/plans/:planId/versions/:versionId', async (c) => {
      const plan = await find(c.var.actor, c.req.param('planId'))
      if (plan === undefined) return refuse(c, noPlan)
      const id = PlanVersionId.safeParse(c.req.param('versionId'))
      const markdown = id.success ? await plans.documents.version(plan.ref, id.data) : undefined
      if (markdown === undefined) return refuse(c, noVersion)
      c.header('cache-control', 'private, max-age=31536000, immutable')
      return c.json({ markdown })
    })
    .get('/plans/:planId/markdown', async (c) => {
      const plan = await find(c.var.actor, c.req.param('planId'))
      if (plan === undefined) return refuse(c, noPlan)
      const { reading } = await plans.readPlan(plan.ref)
      return c.body(reading.markdown, 200, {
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': `attachment; ${fileNameOf(plan.row.title, 'md')}`,
        'content-security-policy': 'sandbox',
        'cache-control': 'private, no-cache',
      })
    })
    .get('/plans/:planId/state', async (c) => {
      const since = Since.safeParse(c.req.query('since') ?? '')
      const vector = since.success ? toStateVector(since.data) : undefined
      if (vector === undefined) return refuse(c, refusal('invalid', '“since” must be a state vector, base64url.'))
      const plan = await find(c.var.actor, c.req.param('planId'))
      if (plan === undefined) return refuse(c, noPlan)
      const facts = await plans.documents.facts(plan.ref)
      const tag = tagOf(facts?.seq ?? 0, vector)
      const headers = { etag: tag, 'cache-control': 'private, no-cache' }
      if (c.req.header('if-none-match') === tag) return c.body(null, 304, headers)
      const update = await plans.read(plan.ref, (doc) =>
        encodeStateAsUpdate(doc, vector.length === 0 ? undefined : vector),
      )
      return c.body(new Uint8Array(update), 200, { ...headers, 'content-type': 'application/octet-stream' })
    })
}

/** Of this very answer: the same document and the same question. The document may be newer than it says, never older. */
function tagOf(seq: number, vector: Uint8Array): string {
  return `"${seq}-${createHash('sha256').update(vector).digest('base64url').slice(0, 16)}"`
}

/** `undefined`: it is none. Empty: everything is asked for. */
function toStateVector(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'))
  if (bytes.length === 0) return bytes
  try {
    decodeStateVector(bytes)
    return bytes
  } catch {
    return undefined
  }
}
