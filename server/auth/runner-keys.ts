import { canManageRunners } from '#shared/domain/policies.ts'
import type { TeamId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Actor } from './actor.ts'
import type { BetterAuth } from './better-auth.ts'
import type { AuthDeps } from './ports.ts'
import type { Revocations } from './revocations.ts'

/** Agent keys of one team. */
const MOST_KEYS = 200
const NOT_ALLOWED = refusal('not_allowed', 'Only admins and owners manage runners.')

export type RunnerKey = {
  readonly id: string
  readonly name: string
  /** Its first characters, to tell keys apart. */
  readonly start: string
  readonly createdAt: number
  readonly createdBy: string | undefined
  readonly lastUsedAt: number | undefined
}

/** With the key itself: shown once, kept only as a hash. */
export type NewRunnerKey = RunnerKey & { readonly key: string }

export type RunnerKeys = ReturnType<typeof createRunnerKeys>

/** Keys that let a runner or the command line act for a team. */
export function createRunnerKeys(deps: Pick<AuthDeps, 'database'>, auth: BetterAuth, revocations: Revocations) {
  const { database } = deps

  return {
    async list(actor: Actor): Promise<Result<RunnerKey[], Refusal>> {
      if (!canManageRunners(actor.role)) return err(NOT_ALLOWED)
      const rows = await database.query<Row>(
        `select k.id, k.name, k.start, k.created_at, k.last_request, u.name as created_by from apikey k
         left join "user" u on u.id = k.metadata::jsonb ->> 'createdBy' where k.reference_id = $1 order by k.created_at desc, k.id`,
        [actor.teamId],
      )
      return ok(
        rows.map((row) => ({
          id: row.id,
          name: row.name ?? '',
          start: row.start ?? '',
          createdAt: row.created_at.getTime(),
          createdBy: row.created_by ?? undefined,
          lastUsedAt: row.last_request?.getTime(),
        })),
      )
    },

    async create(actor: Actor, name: string): Promise<Result<NewRunnerKey, Refusal>> {
      if (!canManageRunners(actor.role)) return err(NOT_ALLOWED)
      const [row] = await database.query<{ count: number }>(
        'select count(*)::int as count from apikey where reference_id = $1',
        [actor.teamId],
      )
      if ((row?.count ?? 0) >= MOST_KEYS)
        return err(refusal('too_many', `A team can have ${MOST_KEYS} agent keys. Revoke one first.`))
      return ok({ ...(await make(actor.teamId, actor.userId, name)), createdBy: actor.name })
    },

    async revoke(actor: Actor, id: string): Promise<Result<void, Refusal>> {
      if (!canManageRunners(actor.role)) return err(NOT_ALLOWED)
      const rows = await database.query('delete from apikey where id = $1 and reference_id = $2 returning id', [
        id,
        actor.teamId,
      ])
      if (rows.length === 0) return err(refusal('not_found', 'This key is revoked already.'))
      await revocations.announce({ type: 'runner-key', keyId: id })
      return ok()
    },

    /** A key for the server's own runner, made on the authority of an owner of the team. Other servers keep theirs. */
    async issue(teamId: TeamId, name: string): Promise<NewRunnerKey | undefined> {
      const [owner] = await database.query<{ user_id: string }>(
        "select user_id from member where organization_id = $1 and role = 'owner' order by created_at, id limit 1",
        [teamId],
      )
      if (!owner) return undefined
      return await make(teamId, owner.user_id, name)
    },
  }

  async function make(teamId: TeamId, userId: string, name: string): Promise<NewRunnerKey> {
    const made = await auth.api.createApiKey({
      body: { name, organizationId: teamId, userId, metadata: { createdBy: userId } },
    })
    return {
      id: made.id,
      name,
      key: made.key,
      start: made.start ?? '',
      createdAt: made.createdAt.getTime(),
      createdBy: undefined,
      lastUsedAt: undefined,
    }
  }
}

type Row = {
  id: string
  name: string | null
  start: string | null
  created_at: Date
  last_request: Date | null
  created_by: string | null
}
