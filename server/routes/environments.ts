import { randomBytes } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { checkEnvironment } from '#shared/domain/environment-check.ts'
import { Environment, OptionalField, type EnvironmentSpec } from '#shared/domain/environment.ts'
import { InspectedRepositories } from '#shared/domain/environment-proposal.ts'
import { canEditEnvironments } from '#shared/domain/policies.ts'
import { EnvironmentId, uuidv7 } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import type { MutationContext } from '#sync/core/mutator.ts'
import { changeEnvironment, createEnvironment, deleteEnvironment } from '#sync/core/mutators/environments.ts'
import { getRow, scanRows, type WriteTransaction } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Actor } from '../auth/actor.ts'
import type { Inspections } from '../environments/inspections.ts'
import type { Environment as HonoEnvironment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'

export type EnvironmentRoutesDeps = TransactDeps & { readonly inspections: Inspections }

const noEnvironment = refusal('not_found', 'There is no such environment in your team.')
/** Deeper checks follow, with their sentences. */
const limit = z.number().optional()
const list = z.array(z.unknown()).max(200)
const Body = z.object({
  name: z.string().optional(),
  description: z.string().nullable().optional(),
  docker_image: z.string().nullable().optional(),
  dockerfile: z.unknown().optional(),
  image_pull_policy: z.string().nullable().optional(),
  repositories: list.optional(),
  branch_pattern: z.string().nullable().optional(),
  setup_commands: list.optional(),
  variables: list.optional(),
  secrets: z
    .array(z.object({ name: z.string() }))
    .max(200)
    .nullable()
    .optional(),
  egress: z.unknown().optional(),
  // A limit whose name is mistaken would be none.
  resources: z.strictObject({ memoryMb: limit, cpus: limit, pids: limit }).nullable().optional(),
  sandbox: z.string().nullable().optional(),
})
type Body = z.infer<typeof Body>

const Inspect = z.object({ repositories: InspectedRepositories, host: z.string().min(1).max(120).optional() })

/** Environments for scripts, and the look into repositories that the app asks for. The app’s own changes come as mutations. */
export function environmentRoutes(deps: EnvironmentRoutesDeps): Hono<HonoEnvironment> {
  type Act = (rows: WriteTransaction, context: MutationContext) => Promise<Result<void, Refusal>>

  /** One change, and the row after it. */
  async function change(actor: Actor, id: string, act: Act): Promise<Result<Shown | undefined, Refusal>> {
    const parsed = EnvironmentId.safeParse(id)
    if (!parsed.success) return err(noEnvironment)
    let result: Result<Shown | undefined, Refusal> = err(refusal('conflict'))
    await transact(
      deps,
      async (tx) => {
        const rows = tx.space(teamSpace(actor.teamId))
        const { userId, role, teamId } = actor
        const context: MutationContext = { userId, role, teamId, now: tx.now, side: 'server', effect: tx.effect }
        const done = await act(rows, context)
        const row = done.ok ? await getRow(rows, keys.environment(parsed.data), Environment) : undefined
        result = done.ok ? ok(row === undefined ? undefined : shown(row)) : done
        return done.ok ? undefined : false
      },
      { user: actor.userId },
    )
    return result
  }

  async function find(actor: Actor, id: string): Promise<Environment | undefined> {
    const parsed = EnvironmentId.safeParse(id)
    if (!parsed.success) return undefined
    const { rows } = await deps.store.read(teamSpace(actor.teamId), [keys.environment(parsed.data)])
    return Environment.safeParse(rows[0]?.value).data
  }

  return new Hono<HonoEnvironment>()
    .get('/environments', async (c) => {
      let all: Environment[] = []
      await transact(deps, async (tx) => {
        all = await scanRows(tx.space(teamSpace(c.var.actor.teamId)), keys.environments, Environment)
        return false
      })
      const byName = c.req.query('sort_by') === 'name'
      const sorted = all
        .filter(({ archivedAt }) => archivedAt === undefined)
        .toSorted((a, b) => (byName ? a.spec.name.localeCompare(b.spec.name) : b.updatedAt - a.updatedAt))
      return c.json({ environments: sorted.map(shown) })
    })
    .get('/environments/:environmentId', async (c) => {
      const found = await find(c.var.actor, c.req.param('environmentId'))
      return found === undefined ? refuse(c, noEnvironment) : c.json(shown(found))
    })
    .post('/environments', async (c) => {
      if (!canEditEnvironments(c.var.actor.role)) return refuse(c, refusal('not_allowed'))
      const body = await readBody(c, Body)
      const spec = checked({ repositories: [], setupCommands: [], variables: [], ...fieldsOf(body).set })
      if (!spec.ok) return refuse(c, spec.error)
      const environmentId = EnvironmentId.parse(uuidv7(deps.now(), randomBytes(10)))
      const args = { environmentId, spec: spec.value }
      return told(
        c,
        await change(c.var.actor, environmentId, (rows, context) => createEnvironment.run(rows, args, context)),
        201,
      )
    })
    .patch('/environments/:environmentId', async (c) => {
      const found = await find(c.var.actor, c.req.param('environmentId'))
      if (!canEditEnvironments(c.var.actor.role)) return refuse(c, refusal('not_allowed'))
      if (found === undefined) return refuse(c, noEnvironment)
      const { set, clear } = fieldsOf(await readBody(c, Body))
      const merged: Record<string, unknown> = { ...found.spec, ...set }
      for (const field of clear) delete merged[field]
      const spec = checked(merged)
      if (!spec.ok) return refuse(c, spec.error)
      const changed = Object.fromEntries(Object.entries(spec.value).filter(([field]) => field in set))
      const args = { environmentId: found.id, set: changed, clear }
      return told(c, await change(c.var.actor, found.id, (rows, context) => changeEnvironment.run(rows, args, context)))
    })
    .delete('/environments/:environmentId', async (c) => {
      const found = await find(c.var.actor, c.req.param('environmentId'))
      if (!canEditEnvironments(c.var.actor.role)) return refuse(c, refusal('not_allowed'))
      if (found === undefined) return refuse(c, noEnvironment)
      const args = { environmentId: found.id }
      const done = await change(c.var.actor, found.id, (rows, context) => deleteEnvironment.run(rows, args, context))
      return answer(c, done.ok ? ok() : done)
    })
    .post('/environments/inspect', async (c) => {
      if (!canEditEnvironments(c.var.actor.role)) return refuse(c, refusal('not_allowed'))
      const { repositories, host } = await readBody(c, Inspect)
      const looked = await deps.inspections.ask({ teamId: c.var.actor.teamId, host }, repositories)
      return looked.ok ? c.json(looked.proposal) : refuse(c, refusal('no_runner', looked.text))
    })
}

function told(c: Context, result: Result<Shown | undefined, Refusal>, status: 200 | 201 = 200): Response {
  return result.ok ? answer(c, ok(result.value ?? {}), status) : refuse(c, result.error)
}

function checked(spec: unknown): Result<EnvironmentSpec, Refusal> {
  const found = checkEnvironment(spec)
  if (found.ok) return found
  const [problem] = found.error
  const name = Object.entries(fieldNames).find(([, field]) => field === problem?.field)?.[0]
  return err(refusal('invalid', `${name}: ${problem?.text}`))
}

const fieldNames = {
  name: 'name',
  description: 'description',
  docker_image: 'image',
  dockerfile: 'dockerfile',
  image_pull_policy: 'pullPolicy',
  repositories: 'repositories',
  branch_pattern: 'branchPattern',
  setup_commands: 'setupCommands',
  variables: 'variables',
  secrets: 'secrets',
  egress: 'egress',
  resources: 'resources',
  sandbox: 'sandbox',
} as const satisfies Record<keyof Body, string>

/** What the body sets, by our names, and what it takes out with a `null`. */
function fieldsOf(body: Body): { set: Record<string, unknown>; clear: OptionalField[] } {
  const set: Record<string, unknown> = {}
  const gone = new Set<string>()
  for (const [name, value] of Object.entries(body)) {
    const field = Object.entries(fieldNames).find(([known]) => known === name)?.[1]
    if (field === undefined || value === undefined) continue
    if (value === null) gone.add(field)
    else set[field] = name === 'secrets' ? body.secrets?.map((one) => one.name) : toOurs(name, value)
  }
  return { set, clear: OptionalField.options.filter((field) => gone.has(field)) }
}

/** A command may be a text alone, and a policy be spelt as Kubernetes does. */
function toOurs(name: string, value: unknown): unknown {
  if (name === 'image_pull_policy' && typeof value === 'string') {
    const plain = value.toLowerCase().replaceAll(/[-_]/g, '')
    return plain === 'ifnotpresent' ? 'missing' : plain
  }
  if (name !== 'setup_commands' || !Array.isArray(value)) return value
  return value.map((one: unknown) => (typeof one === 'string' ? { command: one } : one))
}

type Shown = ReturnType<typeof shown>

function shown({ id, spec, updatedAt, createdBy, updatedBy, usedAt, test, revision, archivedAt }: Environment) {
  const {
    name,
    description,
    image,
    dockerfile,
    pullPolicy,
    repositories,
    branchPattern,
    setupCommands,
    variables,
    secrets,
    egress,
    resources,
    sandbox,
  } = spec
  return {
    uid: id,
    config: {
      name,
      description: description ?? null,
      ...(image === undefined ? {} : { docker_image: image }),
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(pullPolicy === undefined ? {} : { image_pull_policy: pullPolicy }),
      repositories,
      ...(branchPattern === undefined ? {} : { branch_pattern: branchPattern }),
      setup_commands: setupCommands,
      variables,
      ...(secrets === undefined ? {} : { secrets: secrets.map((one) => ({ name: one })) }),
      ...(egress === undefined ? {} : { egress }),
      ...(resources === undefined ? {} : { resources }),
      ...(sandbox === undefined ? {} : { sandbox }),
    },
    revision,
    last_updated: new Date(updatedAt).toISOString(),
    creator: createdBy,
    last_editor: updatedBy,
    setup_failed: test?.state === 'failed',
    last_task_run_timestamp: usedAt === undefined ? null : new Date(usedAt).toISOString(),
    ...(archivedAt === undefined ? {} : { archived_at: new Date(archivedAt).toISOString() }),
  }
}
