import { teamSpace } from '#shared/protocol/sync.ts'
import type { TeamId, UserId } from '#shared/ids.ts'
import { inPieces } from './in-pieces.ts'
import { carriedArgs, type Carrier, type Intent, type IntentStore } from './intents.ts'
import { createSpaceRequests, syncError } from './space-requests.ts'
import type { Failure } from './status.ts'

export type SendWaitingDeps = {
  readonly userId: UserId
  readonly teamId: TeamId
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly store: Pick<IntentStore, 'all' | 'update'>
  /** Whether a page of this person and team is open, which sends by itself. */
  readonly isPageOpen: () => Promise<boolean>
  readonly now: () => number
}

/**
 * - `nothing`: nothing waited.
 * - `sent`: the server has taken everything.
 * - `page`: a page is open; it sends.
 * - `again`: the server could not be reached, or did not answer as itself. Worth another try.
 * - `left`: the rest needs a page, because of who is signed in, or because the server does not know the client any more.
 */
export type SendOutcome = 'nothing' | 'sent' | 'page' | 'again' | 'left'

/** Intents in a row that one client carries, so that their mutations go as one push. */
type Batch = { readonly carrier: Carrier; readonly intents: { readonly intent: Intent; readonly mutationId: number }[] }

/**
 * Sends what waits on this device while no page of it is open, by the very mutations that carry it: what a page sends of it
 * later is a repetition, whether Replicache had written the mutation down or not. In order, and nothing past the first failure, since
 * what follows may build on it. Nothing is removed: the next page sees what became of each.
 */
export async function sendWaiting(deps: SendWaitingDeps): Promise<SendOutcome> {
  const waiting = (await deps.store.all()).filter(
    ({ outcome, sentAt }) => outcome === undefined && sentAt === undefined,
  )
  if (waiting.length === 0) return 'nothing'
  for (const batch of inBatches(waiting))
    for (const piece of inPieces(batch.intents)) {
      if (await deps.isPageOpen()) return 'page'
      const failed = await push(deps, { ...batch, intents: [...piece] })
      if (failed !== undefined) return failed
      for (const { intent } of piece) await deps.store.update(intent.id, (known) => ({ ...known, sentAt: deps.now() }))
    }
  // What no mutation carries yet has no name by which it could be sent twice without harm.
  return waiting.every(({ carriers }) => carriers.length > 0) ? 'sent' : 'left'
}

function inBatches(waiting: readonly Intent[]): readonly Batch[] {
  const batches: Batch[] = []
  for (const intent of waiting) {
    const carrier = intent.carriers.at(-1)
    if (carrier === undefined) break
    const last = batches.at(-1)
    const one = { intent, mutationId: carrier.mutationId }
    if (last !== undefined && isSameClient(last.carrier, carrier)) last.intents.push(one)
    else batches.push({ carrier, intents: [one] })
  }
  return batches
}

function isSameClient(a: Carrier, b: Carrier): boolean {
  return a.clientGroupId === b.clientGroupId && a.clientId === b.clientId && a.schemaVersion === b.schemaVersion
}

async function push(deps: SendWaitingDeps, { carrier, intents }: Batch): Promise<'again' | 'left' | undefined> {
  const failures: Failure[] = []
  const requests = createSpaceRequests({
    space: teamSpace(deps.teamId),
    userId: deps.userId,
    baseUrl: deps.baseUrl,
    fetch: deps.fetch,
    isClosed: () => false,
    isExpected: () => false,
    onFailure: (why) => failures.push(why),
  })
  const body = {
    pushVersion: 1,
    profileID: 'background',
    clientGroupID: carrier.clientGroupId,
    schemaVersion: carrier.schemaVersion,
    mutations: intents.map(({ intent, mutationId }) => ({
      clientID: carrier.clientId,
      id: mutationId,
      name: intent.name,
      args: carriedArgs(intent),
      timestamp: intent.at,
    })),
  }
  const { json } = await requests.ask('push', body, false)
  if (json === undefined)
    return failures.some((why) => why === 'signed_out' || why === 'not_allowed') ? 'left' : 'again'
  // An app that is too old is told so after its mutations were taken.
  return syncError(json)?.error === 'ClientStateNotFound' ? 'left' : undefined
}
