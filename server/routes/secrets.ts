import { Hono } from 'hono'
import { z } from 'zod'
import { SealedValue, Secret, SecretKey, SecretKeyId, SecretOwner } from '#shared/domain/secret.ts'
import { SecretId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import type { MutationContext, Mutator } from '#sync/core/mutator.ts'
import {
  CreateSecretArgs,
  createSecret,
  deleteSecret,
  describeSecret,
  replaceSecret,
} from '#sync/core/mutators/secrets.ts'
import { transact, type ServerTransaction, type TransactDeps } from '#sync/server/transact.ts'
import type { Actor } from '../auth/actor.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answer } from './answers.ts'

const ChangeBody = z
  .object({
    owner: SecretOwner.default('team'),
    description: z.string().max(500).optional(),
    keyId: SecretKeyId.optional(),
    sealed: SealedValue.optional(),
  })
  .refine(({ keyId, sealed }) => (keyId === undefined) === (sealed === undefined), '“keyId” and “sealed” go together')
const noSecret = refusal('not_found', 'There is no such secret.')
const noKey = refusal('not_found', 'The server has no key for secrets yet. Try again in a moment.')

/** Secrets for scripts: by the same mutators as the app. A value comes sealed to the key that `/secrets/key` tells, and never goes out. */
export function secretRoutes(deps: TransactDeps): Hono<Environment> {
  async function rows(actor: Actor): Promise<Secret[]> {
    const space = teamSpace(actor.teamId)
    const [team, own] = await Promise.all([
      deps.store.scan(space, keys.secrets),
      deps.store.scan(space, keys.ownSecretsOf(actor.userId)),
    ])
    return [...team.rows, ...own.rows].flatMap(({ value }) => Secret.safeParse(value).data ?? [])
  }

  return new Hono<Environment>()
    .get('/secrets', async (c) => c.json({ secrets: await rows(c.var.actor) }))
    .get('/secrets/key', async (c) => {
      const { rows: found } = await deps.store.read(teamSpace(c.var.actor.teamId), [keys.secretKey])
      const key = SecretKey.safeParse(found[0]?.value)
      return key.success ? c.json({ id: key.data.id, publicKey: key.data.publicKey }) : refuse(c, noKey)
    })
    .post('/secrets', async (c) => {
      const body = await readBody(c, CreateSecretArgs)
      const done = await act(deps, c.var.actor, (run) => run(createSecret, body))
      return answer(c, done.ok ? ok({ id: body.secretId }) : done, 201)
    })
    .patch('/secrets/:secretId', async (c) => {
      const { owner, description, keyId, sealed } = await readBody(c, ChangeBody)
      const secretId = SecretId.safeParse(c.req.param('secretId'))
      if (!secretId.success) return refuse(c, noSecret)
      const which = { secretId: secretId.data, owner }
      const done = await act(deps, c.var.actor, async (run) => {
        const described = description === undefined ? ok() : await run(describeSecret, { ...which, description })
        if (!described.ok || keyId === undefined || sealed === undefined) return described
        return await run(replaceSecret, { ...which, keyId, sealed })
      })
      return answer(c, done)
    })
    .delete('/secrets/:secretId', async (c) => {
      const secretId = SecretId.safeParse(c.req.param('secretId'))
      const owner = SecretOwner.safeParse(c.req.query('owner') ?? 'team')
      if (!secretId.success || !owner.success) return refuse(c, noSecret)
      const which = { secretId: secretId.data, owner: owner.data }
      const isThere = (await rows(c.var.actor)).some((one) => one.id === which.secretId && one.owner === which.owner)
      if (!isThere) return refuse(c, noSecret)
      return answer(c, await act(deps, c.var.actor, (run) => run(deleteSecret, which)))
    })
}

type Run = <Args>(mutator: Mutator<Args>, args: Args) => Promise<Result<void, Refusal>>

/** Mutators as one change, or none of it where one refuses. */
async function act(
  deps: TransactDeps,
  actor: Actor,
  body: (run: Run) => Promise<Result<void, Refusal>>,
): Promise<Result<void, Refusal>> {
  let result: Result<void, Refusal> = ok()
  await transact(
    deps,
    async (tx) => {
      result = await body((mutator, args) => mutator.run(tx.space(teamSpace(actor.teamId)), args, contextOf(actor, tx)))
      return result.ok ? undefined : false
    },
    { user: actor.userId },
  )
  return result
}

function contextOf({ userId, role, teamId }: Actor, tx: ServerTransaction): MutationContext {
  return { userId, role, teamId, now: tx.now, side: 'server', effect: tx.effect }
}
