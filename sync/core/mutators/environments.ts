import { z } from 'zod'
import { checkEnvironment } from '#shared/domain/environment-check.ts'
import {
  Environment,
  EnvironmentRevision,
  EnvironmentSpec,
  OptionalField,
  changedFields,
  environmentFields,
  environmentLimit,
  revisionLimit,
  type EnvironmentField,
} from '#shared/domain/environment.ts'
import { canDeleteEnvironment, canEditEnvironments } from '#shared/domain/policies.ts'
import { EnvironmentId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'

export const CreateEnvironmentArgs = z.object({ environmentId: EnvironmentId, spec: EnvironmentSpec })
export type CreateEnvironmentArgs = z.infer<typeof CreateEnvironmentArgs>

export const createEnvironment = defineMutator({
  name: 'createEnvironment',
  args: CreateEnvironmentArgs,
  intent: (args) => `environment/${args.environmentId}`,
  async run(tx, args, context) {
    if (!canEditEnvironments(context.role)) return err(refusal('not_allowed'))
    const key = keys.environment(args.environmentId)
    const known = await getRow(tx, key, Environment)
    if (known !== undefined)
      return known.createdBy === context.userId ? ok() : err(refusal('conflict', 'this environment exists'))
    if ((await tx.scan(keys.environments)).length >= environmentLimit)
      return err(refusal('too_many', `${environmentLimit} environments are the most`))
    const spec = checked(args.spec)
    if (!spec.ok) return spec
    const environment: Environment = {
      id: args.environmentId,
      spec: spec.value,
      revision: 1,
      createdBy: context.userId,
      createdAt: context.now,
      updatedBy: context.userId,
      updatedAt: context.now,
    }
    await keep(tx, environment, { changed: environmentFields.filter((field) => spec.value[field] !== undefined) })
    return ok()
  },
})

export const ChangeEnvironmentArgs = z.object({
  environmentId: EnvironmentId,
  /** Only what was changed: two people who change different things both have their way. */
  set: EnvironmentSpec.partial(),
  clear: z.array(OptionalField).max(10).optional(),
})
export type ChangeEnvironmentArgs = z.infer<typeof ChangeEnvironmentArgs>

export const changeEnvironment = defineMutator({
  name: 'changeEnvironment',
  args: ChangeEnvironmentArgs,
  async run(tx, args, context) {
    const found = await editable(tx, args.environmentId, context)
    if (!found.ok) return found
    const environment = found.value
    if (environment.archivedAt !== undefined) return err(refusal('stale', 'the environment was deleted'))
    const merged: Record<string, unknown> = { ...environment.spec, ...args.set }
    for (const field of args.clear ?? []) delete merged[field]
    const spec = checked(merged)
    if (!spec.ok) return spec
    return put(tx, environment, { spec: spec.value }, context)
  },
})

export const RestoreEnvironmentArgs = z.object({
  environmentId: EnvironmentId,
  revision: z.number().int().positive(),
})
export type RestoreEnvironmentArgs = z.infer<typeof RestoreEnvironmentArgs>

/** Makes it again as it was, also out of the archive. What it was until now stays in its history. */
export const restoreEnvironment = defineMutator({
  name: 'restoreEnvironment',
  args: RestoreEnvironmentArgs,
  async run(tx, args, context) {
    const found = await editable(tx, args.environmentId, context)
    if (!found.ok) return found
    const old = await getRow(tx, keys.environmentRevision(args.environmentId, args.revision), EnvironmentRevision)
    if (old === undefined) return err(refusal('not_found', `revision ${args.revision} of the environment`))
    const { archivedAt: _archivedAt, ...live } = found.value
    return put(tx, live, { spec: old.spec, restored: args.revision }, context)
  },
})

export const DeleteEnvironmentArgs = z.object({ environmentId: EnvironmentId })
export type DeleteEnvironmentArgs = z.infer<typeof DeleteEnvironmentArgs>

/** Runs that know it go on with it, so it goes into the archive once there are any. */
export const deleteEnvironment = defineMutator({
  name: 'deleteEnvironment',
  args: DeleteEnvironmentArgs,
  async run(tx, args, context) {
    if (!canEditEnvironments(context.role)) return err(refusal('not_allowed'))
    const environment = await getRow(tx, keys.environment(args.environmentId), Environment)
    if (environment === undefined) return ok()
    if (!canDeleteEnvironment(context.role, context.userId, environment.createdBy))
      return err(refusal('not_allowed', 'who made it, and admins, may delete it'))
    if (environment.usedAt !== undefined) {
      const at = { archivedAt: environment.archivedAt ?? context.now }
      await putRow(tx, keys.environment(environment.id), { ...environment, ...at })
      return ok()
    }
    await tx.del(keys.environment(environment.id))
    for (const [key] of await tx.scan(keys.environmentRevisionsOf(environment.id))) await tx.del(key)
    await tx.del(keys.environmentPaths(environment.id))
    return ok()
  },
})

async function editable(
  tx: WriteTransaction,
  id: EnvironmentId,
  context: MutationContext,
): Promise<Result<Environment, Refusal>> {
  if (!canEditEnvironments(context.role)) return err(refusal('not_allowed'))
  const environment = await getRow(tx, keys.environment(id), Environment)
  return environment === undefined ? err(refusal('not_found', 'environment')) : ok(environment)
}

function checked(spec: unknown): Result<EnvironmentSpec, Refusal> {
  const found = checkEnvironment(spec)
  return found.ok ? found : err(refusal('invalid', found.error[0]?.text))
}

async function put(
  tx: WriteTransaction,
  environment: Environment,
  { spec, restored }: { spec: EnvironmentSpec; restored?: number },
  context: MutationContext,
): Promise<Result<void, Refusal>> {
  const changed = changedFields(environment.spec, spec)
  if (changed.length === 0) {
    await putRow(tx, keys.environment(environment.id), environment)
    return ok()
  }
  const next: Environment = {
    ...environment,
    spec,
    revision: environment.revision + 1,
    updatedBy: context.userId,
    updatedAt: context.now,
  }
  await keep(tx, next, { changed, ...(restored === undefined ? {} : { restored }) })
  return ok()
}

/** Writes it with its newest revision; the oldest ones go. */
async function keep(
  tx: WriteTransaction,
  environment: Environment,
  how: { changed: EnvironmentField[]; restored?: number },
): Promise<void> {
  const { id, revision, updatedBy, updatedAt, spec } = environment
  await putRow(tx, keys.environment(id), environment)
  const row: EnvironmentRevision = { environmentId: id, revision, by: updatedBy, at: updatedAt, ...how, spec }
  await putRow(tx, keys.environmentRevision(id, revision), row)
  const kept = await tx.scan(keys.environmentRevisionsOf(id))
  for (const [key] of kept.slice(0, -revisionLimit)) await tx.del(key)
}
