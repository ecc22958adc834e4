import type { z } from 'zod'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Role } from '#shared/domain/team.ts'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { IntentRef, type Mutation, type SpaceId } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Effect, MutationContext, Mutator } from '#sync/core/mutator.ts'
import { putRow } from '#sync/core/transaction.ts'
import type { Hub } from './hub.ts'
import type { KnownRows } from './known-rows.ts'
import { createRecordedTransaction } from './recorded-transaction.ts'
import type { CommitOutcome, SpaceStore } from './space-store.ts'
import { commitOrDoubt } from './transact.ts'

/** Tries of one mutation whose reads keep changing under it. */
const maxTries = 12

export type PushDeps = {
  readonly store: SpaceStore
  readonly hub: Hub
  readonly known: KnownRows
  readonly mutators: Readonly<Record<string, Mutator<never>>>
  readonly now: () => number
  /** See `MutationContext`. */
  readonly digest?: (text: string) => string
  /** Called after a commit whose effects somebody must act on. */
  readonly onEffects: (effects: readonly Effect[]) => void
  readonly onError: (error: unknown, mutation: Mutation) => void
}

export type PushActor = { readonly userId: UserId; readonly role: Role | undefined; readonly teamId: TeamId }

/** `client_state_not_found`: this server does not know the client that pushes; it must start anew. */
export type PushFailure = 'client_state_not_found' | 'not_allowed' | 'busy'

/**
 * Takes mutations in order, each in its own transaction. One that is refused still counts as taken: its outcome is a
 * row `refused/…` that its author sees. Pushing the same ones again has no effect.
 */
export async function processPush(
  deps: PushDeps,
  actor: PushActor,
  push: { space: SpaceId; clientGroup: string; mutations: readonly Mutation[] },
): Promise<Result<void, PushFailure>> {
  for (const mutation of push.mutations) {
    const outcome = await takeMutation(deps, actor, push, mutation)
    switch (outcome.status) {
      case 'committed':
      case 'repeated_intent':
      case 'repeated':
        continue
      case 'unknown':
        return err('client_state_not_found')
      case 'foreign':
        return err('not_allowed')
      case 'gap':
      case 'conflict':
      case 'taken':
        return err('busy')
    }
  }
  return ok()
}

async function takeMutation(
  deps: PushDeps,
  actor: PushActor,
  push: { space: SpaceId; clientGroup: string },
  mutation: Mutation,
): Promise<CommitOutcome> {
  let outcome: CommitOutcome = { status: 'conflict' }
  let refused: Refusal | undefined
  for (let attempt = 0; attempt < maxTries && outcome.status === 'conflict'; attempt++) {
    outcome = await tryMutation(deps, actor, push, mutation, refused)
    if (outcome.status === 'conflict') deps.known.forget(push.space)
    if (outcome.status !== 'taken' || refused !== undefined) continue
    refused = refusal('conflict', 'this run exists')
    outcome = { status: 'conflict' }
  }
  return outcome
}

async function tryMutation(
  deps: PushDeps,
  actor: PushActor,
  push: { space: SpaceId; clientGroup: string },
  mutation: Mutation,
  /** Known from an earlier try: the mutator is not run again. */
  why: Refusal | undefined,
): Promise<CommitOutcome> {
  const now = deps.now()
  const tx = createRecordedTransaction(deps.known, push.space)
  const effects: Effect[] = []
  const context: MutationContext = {
    ...actor,
    now,
    side: 'server',
    effect: (effect) => effects.push(effect),
    ...(deps.digest === undefined ? {} : { digest: deps.digest }),
  }
  const mutator = Object.hasOwn(deps.mutators, mutation.name) ? deps.mutators[mutation.name] : undefined
  const args = mutator?.args.safeParse(mutation.args)

  const refused = await runMutator(deps, mutation, async () => {
    if (why !== undefined) return err(why)
    if (mutator === undefined) return err(refusal('unknown_mutation', mutation.name))
    if (args === undefined || !args.success) return err(refusal('invalid', firstIssue(args?.error)))
    return mutator.run(tx, args.data, context)
  })
  if (refused !== undefined) {
    tx.discard()
    effects.length = 0
    const row: RefusedMutation = {
      userId: actor.userId,
      clientId: mutation.clientID,
      mutationId: mutation.id,
      name: mutation.name,
      args: argsText(shownArgs(mutation.args, mutator?.unshown)),
      refusal: refused,
      at: now,
    }
    await putRow(tx, keys.refused(actor.userId, mutation.clientID, mutation.id), row)
  }

  // What has its effect already may look refusable by now: a run that was stopped has ended. Whose it is counts: the
  // same id from somebody else is no repetition.
  const effect = args?.success === true ? mutator?.intent?.(args.data) : undefined
  const press = IntentRef.safeParse(mutation.args).data?.intentId
  const outcome = await commitOrDoubt(deps, {
    now,
    spaces: [tx.writes()],
    client: {
      group: push.clientGroup,
      id: mutation.clientID,
      user: actor.userId,
      space: push.space,
      mutation: mutation.id,
    },
    ...(effect === undefined && press === undefined
      ? {}
      : {
          intent: {
            space: push.space,
            effect: effect === undefined ? undefined : `${actor.userId}/${effect}`,
            press: press === undefined ? undefined : `${actor.userId}/intent/${press}`,
            refused: refused !== undefined,
          },
        }),
    user: actor.userId,
    effects,
  })
  // Taken before, by a commit whose answer was lost: it may be news to everybody else.
  if (outcome.status === 'repeated') deps.hub.doubt(push.space)
  if (outcome.status !== 'committed' && outcome.status !== 'repeated_intent') return outcome

  const version = outcome.versions[push.space] ?? 0
  deps.hub.publish({
    space: push.space,
    base: version - 1,
    version,
    patch: outcome.status === 'committed' ? tx.patch() : [],
    mutations: [{ group: push.clientGroup, client: mutation.clientID, id: mutation.id }],
  })
  if (outcome.status === 'committed' && effects.length > 0) deps.onEffects(effects)
  return outcome
}

/** Which argument is wrong and how, as far as a refusal has room. */
function firstIssue(error: z.ZodError | undefined): string {
  const issue = error?.issues[0]
  const field = issue?.path.join('.') ?? ''
  const why = issue?.message ?? 'not valid'
  return (field === '' ? why : `${field}: ${why}`).slice(0, 500)
}

/** A sealed value is of no use to who reads why it was refused. */
function shownArgs(args: Json, unshown: string | undefined): Json {
  if (unshown === undefined || args === null || typeof args !== 'object' || Array.isArray(args)) return args
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== unshown))
}

/** What was typed, so that nothing of it is lost. Arguments nested too deeply to be written out are no person's. */
function argsText(args: Json): string {
  try {
    return JSON.stringify(args).slice(0, 4000)
  } catch (error) {
    if (error instanceof RangeError) return ''
    throw error
  }
}

/** A mutator that breaks is a bug of ours: it is logged, and its author is told, so that their queue goes on. */
async function runMutator(
  deps: PushDeps,
  mutation: Mutation,
  run: () => Promise<Result<void, Refusal>>,
): Promise<Refusal | undefined> {
  try {
    const result = await run()
    return result.ok ? undefined : result.error
  } catch (error) {
    if (isTransient(error)) throw error
    deps.onError(error, mutation)
    return refusal('internal')
  }
}

function isTransient(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'transient' in error && error.transient === true
}
