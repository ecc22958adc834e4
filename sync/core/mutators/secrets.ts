import { z } from 'zod'
import { canHaveSecrets, canManageSecrets } from '#shared/domain/policies.ts'
import { isReservedName } from '#shared/domain/secret-scope.ts'
import {
  SealedValue,
  Secret,
  secretDescriptionLimit,
  SecretKey,
  SecretKeyId,
  SecretKind,
  SecretName,
  SecretOwner,
  secretsLimit,
} from '#shared/domain/secret.ts'
import { SecretId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type Effect, type MutationContext } from '../mutator.ts'
import { getRow, putRow, scanRows, type ReadTransaction, type WriteTransaction } from '../transaction.ts'

/** Which one: the same id may stand for a secret of the team and for one of a person. */
const which = { secretId: SecretId, owner: SecretOwner }
const newValue = { keyId: SecretKeyId, sealed: SealedValue }
const Description = z.string().max(secretDescriptionLimit)

export const CreateSecretArgs = z.object({
  ...which,
  name: SecretName,
  kind: SecretKind,
  description: Description.optional(),
  ...newValue,
})
export type CreateSecretArgs = z.infer<typeof CreateSecretArgs>

/** A secret with its first value, which was sealed where it was typed. */
export const createSecret = defineMutator({
  name: 'createSecret',
  args: CreateSecretArgs,
  intent: ({ secretId }) => `secret/${secretId}`,
  unshown: 'sealed',
  async run(tx, { secretId, owner, name, kind, description = '', keyId, sealed }, context) {
    const refused = objection(owner, context) ?? (await keyObjection(tx, keyId))
    if (refused !== undefined) return err(refused)
    if (isReservedName(name)) return err(refusal('invalid', `every program relies on ${name}, so it can’t be a secret`))
    const all = await scanRows(tx, allOf(owner, context), Secret)
    const known = all.find(({ id }) => id === secretId)
    if (known !== undefined) return known.name === name ? ok() : err(refusal('conflict', 'this secret exists'))
    if (all.some((one) => one.name === name)) return err(refusal('conflict', `a secret ${name} exists`))
    if (all.length >= secretsLimit) return err(refusal('too_many', `there are ${secretsLimit} secrets`))
    const { userId, now } = context
    await putSecret(tx, context, {
      id: secretId,
      name,
      kind,
      owner,
      ...(description === '' ? {} : { description }),
      version: 1,
      createdBy: userId,
      createdAt: now,
      changedBy: userId,
      changedAt: now,
    })
    context.effect(valueOf({ secretId, owner }, { keyId, sealed }, context))
    return ok()
  },
})

export const ReplaceSecretArgs = z.object({ ...which, ...newValue })
export type ReplaceSecretArgs = z.infer<typeof ReplaceSecretArgs>

/** Another value under the same name: the turns that begin from here on get it. */
export const replaceSecret = defineMutator({
  name: 'replaceSecret',
  args: ReplaceSecretArgs,
  unshown: 'sealed',
  async run(tx, { secretId, owner, keyId, sealed }, context) {
    const known = await ofTheirs(tx, { secretId, owner }, context)
    if (!known.ok) return known
    const refused = await keyObjection(tx, keyId)
    if (refused !== undefined) return err(refused)
    const { unreadable: _, ...secret } = known.value
    await putSecret(tx, context, {
      ...secret,
      version: secret.version + 1,
      changedBy: context.userId,
      changedAt: context.now,
    })
    context.effect(valueOf({ secretId, owner }, { keyId, sealed }, context))
    return ok()
  },
})

export const DescribeSecretArgs = z.object({ ...which, description: Description })
export type DescribeSecretArgs = z.infer<typeof DescribeSecretArgs>

export const describeSecret = defineMutator({
  name: 'describeSecret',
  args: DescribeSecretArgs,
  async run(tx, { secretId, owner, description }, context) {
    const known = await ofTheirs(tx, { secretId, owner }, context)
    if (!known.ok) return known
    const { description: _, ...secret } = known.value
    await putSecret(tx, context, { ...secret, ...(description === '' ? {} : { description }) })
    return ok()
  },
})

export const DeleteSecretArgs = z.object(which)
export type DeleteSecretArgs = z.infer<typeof DeleteSecretArgs>

/** Its value is gone for good. Runs that are at work keep what they were given until their turn ends. */
export const deleteSecret = defineMutator({
  name: 'deleteSecret',
  args: DeleteSecretArgs,
  async run(tx, { secretId, owner }, context) {
    const refused = objection(owner, context)
    if (refused !== undefined) return err(refused)
    const key = keyOf(owner, secretId, context)
    if ((await tx.get(key)) === undefined) return ok()
    await tx.del(key)
    context.effect(valueOf({ secretId, owner }, null, context))
    return ok()
  },
})

type Which = { readonly secretId: SecretId; readonly owner: SecretOwner }

/** Authority before existence: one of another person is not there. */
async function ofTheirs(
  tx: ReadTransaction,
  { secretId, owner }: Which,
  context: MutationContext,
): Promise<Result<Secret, Refusal>> {
  const refused = objection(owner, context)
  if (refused !== undefined) return err(refused)
  const known = await getRow(tx, keyOf(owner, secretId, context), Secret)
  return known === undefined ? err(refusal('not_found', 'secret')) : ok(known)
}

function objection(owner: SecretOwner, { role, guest }: MutationContext): Refusal | undefined {
  const may = owner === 'team' ? canManageSecrets(role) : canHaveSecrets(role)
  return may && guest !== true ? undefined : refusal('not_allowed')
}

async function keyObjection(tx: ReadTransaction, keyId: string): Promise<Refusal | undefined> {
  const key = await getRow(tx, keys.secretKey, SecretKey)
  if (key !== undefined && (key.id === keyId || key.older.includes(keyId))) return undefined
  return refusal('stale', 'the server has another key for secrets now, so the value must be entered again')
}

function keyOf(owner: SecretOwner, id: SecretId, { userId }: MutationContext): string {
  return owner === 'team' ? keys.secret(id) : keys.ownSecret(userId, id)
}

function valueOf(
  { secretId, owner }: Which,
  value: Extract<Effect, { type: 'secret_value' }>['value'],
  { teamId, userId }: MutationContext,
): Effect {
  return { type: 'secret_value', teamId, owner: owner === 'team' ? undefined : userId, secretId, value }
}

function allOf(owner: SecretOwner, { userId }: MutationContext): string {
  return owner === 'team' ? keys.secrets : keys.ownSecretsOf(userId)
}

function putSecret(tx: WriteTransaction, context: MutationContext, secret: Secret): Promise<void> {
  return putRow(tx, keyOf(secret.owner, secret.id, context), secret)
}
