import { Permission, isAllowedAtAGlance } from '#shared/domain/permission.ts'
import type { PushAnswer } from '#shared/protocol/push.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import { answerPermission } from '#sync/core/mutators/answer-permission.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import { roleIn } from '../auth/accounts.ts'
import type { Database } from '../db/database.ts'
import type { PushTokens, TokenGrant } from './tokens.ts'

export type AnswerByTokenDeps = TransactDeps & {
  readonly database: Database
  readonly tokens: Pick<PushTokens, 'look' | 'use'>
}

/**
 * Gives the answer of a button on a notification, as its person and by the very mutator that the app uses: the first answer wins, one
 * to a question that has changed is stale. The same press again has no second effect and gets the same reply.
 */
export async function answerByToken(
  deps: AnswerByTokenDeps,
  { token, answer }: PushAnswer,
): Promise<Result<void, Refusal>> {
  const looked = await deps.tokens.look(token, answer)
  if (!looked.ok) return looked
  const { userId, teamId, ...question } = looked.value
  const role = await roleIn(deps.database, teamId, userId)
  let refused: Refusal | undefined
  const outcome = await transact(deps, async (tx) => {
    const result = await answerPermission.run(
      tx.space(teamSpace(teamId)),
      { ...question, answer: { kind: answer } },
      { userId, role, teamId, now: tx.now, side: 'server', effect: tx.effect },
    )
    refused = result.ok ? await tooMuch(tx.space(teamSpace(teamId)), question, answer) : result.error
    return refused === undefined ? undefined : false
  })
  if (refused !== undefined) return err(refused)
  // `conflict` after all tries: the question is being changed by others all the time.
  if (outcome.status === 'conflict') return err(refusal('conflict'))
  await deps.tokens.use(token, answer)
  return ok()
}

/** A notification offers to allow only what it shows whole; a token in other hands allows no more than that. */
async function tooMuch(
  rows: ReadTransaction,
  { runId, permissionId }: Pick<TokenGrant, 'runId' | 'permissionId'>,
  answer: PushAnswer['answer'],
): Promise<Refusal | undefined> {
  if (answer === 'deny') return undefined
  const permission = await getRow(rows, keys.permission(runId, permissionId), Permission)
  return permission !== undefined && isAllowedAtAGlance(permission.request.subject)
    ? undefined
    : refusal('not_allowed', 'This is allowed in the app only, where all of it is shown.')
}
