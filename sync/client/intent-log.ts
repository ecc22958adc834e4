import { RefusedMutation } from '#shared/domain/notice.ts'
import type { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import type { MutatorName } from '#sync/core/mutators/all.ts'
import { fetchMutator, prepareMutators } from '#sync/core/mutators/device.ts'
import { getRow } from '#sync/core/transaction.ts'
import { carriedArgs, type Carrier, type Intent, type IntentOutcome, type IntentStore } from './intents.ts'
import type { SpaceCache } from './space-cache.ts'
import { RefusedError, type DeviceIntent, type PendingMutation } from './workspace.ts'

export type IntentLogDeps = {
  readonly store: IntentStore
  readonly cache: Pick<SpaceCache, 'mutate' | 'pending' | 'query'>
  readonly userId: UserId
  readonly tabId: string
  readonly isTabAlive: (tabId: string) => Promise<boolean>
  readonly now: () => number
  readonly newId: () => string
  readonly onPending: (pending: readonly PendingMutation[]) => void
  /** Ids of intents that go to the server whatever this device thinks of them. */
  readonly insisting: Set<string>
}

/** Mutations of this device on their way to the server: durable first, then optimistic, then taken. */
export type IntentLog = {
  perform(name: MutatorName, args: unknown): Promise<void>
  /** Takes up what pages that are gone left behind. The server's receipts make a second arrival harmless. */
  offerAgain(): Promise<void>
  /** Notes what the server has taken, and what became of it. */
  settle(): Promise<void>
  /** The client that carried everything is not known to the server any more: nothing it carried counts as taken. */
  uncarry(): void
  /** Gives everything that no mutation carries to the client of now. */
  carryAll(): Promise<void>
  /** Whether one like this is not known to be taken yet. */
  has(test: (pending: PendingMutation) => boolean): boolean
  subscribe(onPending: (pending: readonly PendingMutation[]) => void): () => void
  subscribeAll(onIntents: (intents: readonly DeviceIntent[]) => void): () => void
  forget(id: string): Promise<void>
}

/** What was taken is kept so long, and so many of it; what was refused until somebody has read it, within the same number. */
export const keptIntents = 200
export const keptMs = 7 * 24 * 60 * 60_000
/** Taken ones between two looks for what is too old. */
const pruneEvery = 20
/** Of a text that the server has, so much is enough to know it by. */
const keptText = 500

/** An intent of this page; `carrier` is the mutation that Replicache holds for it now. */
type Open = { readonly intent: Intent; readonly carrier: Carrier | undefined }

export function createIntentLog(deps: IntentLogDeps): IntentLog {
  const open = new Map<string, Open>()
  const listeners = new Set<(pending: readonly PendingMutation[]) => void>()
  let settling: Promise<void> | undefined
  let offering: Promise<void> = Promise.resolve()
  let again = false
  let unpruned = pruneEvery
  /** Goes up by one with each client that carries. */
  let clients = 0
  let noting: Promise<void> = Promise.resolve()

  const pending = (): readonly PendingMutation[] =>
    [...open.values()]
      .sort((a, b) => a.intent.seq - b.intent.seq)
      .map(({ intent: { name, args, at } }) => ({ name, args, at }))

  function tell(): void {
    const now = pending()
    deps.onPending(now)
    for (const listener of listeners) listener(now)
  }

  async function carry(intent: Intent): Promise<void> {
    await prepareMutators(intent.name)
    const client = clients
    const carrier = await deps.cache.mutate(intent.name, carriedArgs(intent))
    if (client !== clients || !open.has(intent.id)) return
    open.set(intent.id, { intent, carrier })
    // Without this note only a page can send it. A device that can't write it down keeps the intent all the same.
    noting = deps.store
      .update(intent.id, (known) => ({ ...known, tab: deps.tabId, carriers: [...known.carriers, carrier] }))
      .catch(() => undefined)
  }

  async function perform(name: MutatorName, given: unknown): Promise<void> {
    const { args } = await fetchMutator(name)
    const parsed = args.safeParse(given)
    if (!parsed.success) throw new RefusedError('invalid', parsed.error.issues[0]?.message)
    const intent = await deps.store.add({
      id: deps.newId(),
      name,
      args: parsed.data,
      at: deps.now(),
      tab: deps.tabId,
    })
    open.set(intent.id, { intent, carrier: undefined })
    tell()
    try {
      await carry(intent)
    } catch (error) {
      open.delete(intent.id)
      await deps.store.update(intent.id, () => undefined)
      tell()
      throw error
    }
  }

  /** The server decides, even where this device would refuse it now; its refusal becomes a row that a person sees. */
  async function insist(intent: Intent): Promise<void> {
    deps.insisting.add(intent.id)
    try {
      await carry(intent)
      await noting
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      // This app doesn't know it any more. It must not hold up those after it.
      await end(intent.id, { at: deps.now(), refusal: { code: 'unknown_mutation', detail: intent.name } })
    } finally {
      deps.insisting.delete(intent.id)
    }
  }

  async function end(id: string, outcome: IntentOutcome): Promise<void> {
    open.delete(id)
    await deps.store.update(id, (known) => afterOutcome(known, outcome))
    tell()
  }

  async function takeUp(): Promise<void> {
    await prune()
    const held = new Set((await deps.cache.pending()).map(nameOf))
    for (const intent of await deps.store.all()) {
      if (intent.outcome !== undefined || open.has(intent.id) || intent.tab === deps.tabId) continue
      if (await deps.isTabAlive(intent.tab)) continue
      // Replicache had written it down itself, and goes on with the very mutation.
      const carrier = intent.carriers.findLast((one) =>
        held.has(nameOf({ clientID: one.clientId, id: one.mutationId })),
      )
      open.set(intent.id, { intent, carrier })
      tell()
      if (carrier === undefined) await insist(intent)
      else await deps.store.update(intent.id, (known) => ({ ...known, tab: deps.tabId }))
    }
    await settle()
  }

  async function settleOnce(): Promise<void> {
    // Looked at before the question: what is carried meanwhile is no part of the answer.
    const carried = [...open.values()].filter(({ carrier }) => carrier !== undefined)
    if (carried.length === 0) return
    const waiting = new Set((await deps.cache.pending()).map(nameOf))
    for (const { intent, carrier } of carried) {
      if (carrier === undefined || waiting.has(nameOf({ clientID: carrier.clientId, id: carrier.mutationId }))) continue
      if (open.get(intent.id)?.carrier !== carrier) continue
      open.delete(intent.id)
      const refused = await refusalOf([...intent.carriers, carrier])
      await end(intent.id, { at: deps.now(), ...(refused === undefined ? {} : { refusal: refused.refusal }) })
      unpruned++
    }
    if (unpruned >= pruneEvery) await prune()
  }

  function settle(): Promise<void> {
    again = true
    settling ??= settleAll()
    return settling
  }

  async function settleAll(): Promise<void> {
    try {
      while (again) {
        again = false
        await settleOnce()
      }
    } finally {
      // At once, so that no change falls between the last look and this.
      settling = undefined
    }
  }

  function refusalOf(carriers: readonly Carrier[]): Promise<RefusedMutation | undefined> {
    return deps.cache.query(async (tx) => {
      for (const { clientId, mutationId } of carriers) {
        const row = await getRow(tx, keys.refused(deps.userId, clientId, mutationId), RefusedMutation)
        if (row !== undefined) return row
      }
      return undefined
    })
  }

  async function prune(): Promise<void> {
    unpruned = 0
    const now = deps.now()
    let kept = 0
    for (const { id, outcome } of (await deps.store.all()).toReversed()) {
      if (outcome === undefined) continue
      const isOld = outcome.refusal === undefined && now - outcome.at > keptMs
      if (!isOld && kept++ < keptIntents) continue
      await deps.store.update(id, () => undefined)
    }
  }

  return {
    perform,
    offerAgain() {
      offering = offering.catch(() => undefined).then(takeUp)
      return offering
    },
    settle,
    uncarry() {
      clients++
      for (const { intent } of open.values()) open.set(intent.id, { intent, carrier: undefined })
    },
    async carryAll() {
      const left = [...open.values()].filter(({ carrier }) => carrier === undefined)
      for (const { intent } of left.sort((a, b) => a.intent.seq - b.intent.seq)) await insist(intent)
    },
    has: (test) => pending().some(test),
    subscribe(onPending) {
      listeners.add(onPending)
      onPending(pending())
      return () => listeners.delete(onPending)
    },
    subscribeAll(onIntents) {
      let stopped = false
      let reading: Promise<void> | undefined
      let stale = false
      const read = (): void => {
        stale = true
        reading ??= readAll().catch(() => undefined)
      }
      const readAll = async (): Promise<void> => {
        try {
          while (stale && !stopped) {
            stale = false
            const intents = await deps.store.all()
            if (!stopped) onIntents(intents.flatMap((one) => toDeviceIntent(one) ?? []).toReversed())
          }
        } finally {
          // At once, so that no change falls between the last look and this.
          reading = undefined
        }
      }
      const stop = deps.store.subscribe(read)
      read()
      return () => {
        stopped = true
        stop()
      }
    },
    forget: (id) => deps.store.update(id, (known) => (known.outcome === undefined ? known : undefined)),
  }
}

const nameOf = (mutation: { readonly clientID: string; readonly id: number }): string =>
  `${mutation.clientID} ${mutation.id}`

/** Done in passing, such as by looking: nobody asks afterwards what became of it. */
const inPassing: ReadonlySet<string> = new Set<MutatorName>(['dismissRefusal', 'markNotification', 'readNotifications'])

/** A text that the server has need not be kept twice. */
function afterOutcome(intent: Intent, outcome: IntentOutcome): Intent | undefined {
  if (outcome.refusal !== undefined) return { ...intent, outcome }
  return inPassing.has(intent.name) ? undefined : { ...intent, outcome, args: shortened(intent.args) }
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > keptText ? `${value.slice(0, keptText - 1)}…` : value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shortened(field)]))
}

function toDeviceIntent({ id, name, args, at, carriers, sentAt, outcome }: Intent): DeviceIntent | undefined {
  if (name === 'dismissRefusal' || (inPassing.has(name) && sentAt !== undefined)) return undefined
  const mutations = carriers.map(({ clientId, mutationId }) => ({ clientId, mutationId }))
  const state = outcome?.refusal !== undefined ? 'refused' : (outcome ?? sentAt) === undefined ? 'local' : 'accepted'
  return { id, name, args, at, state, refusal: outcome?.refusal, mutations }
}
