import { mutators, type MutatorName } from '#sync/core/mutators/all.ts'
import type { MutationRef } from './device-mutators.ts'
import type { Intent, IntentStore } from './intents.ts'
import type { SpaceCache } from './space-cache.ts'
import { RefusedError, type PendingMutation } from './workspace.ts'

export type IntentLogDeps = {
  readonly store: IntentStore
  readonly cache: SpaceCache
  readonly tabId: string
  readonly isTabAlive: (tabId: string) => Promise<boolean>
  readonly now: () => number
  readonly newId: () => string
  readonly onPending: (pending: readonly PendingMutation[]) => void
  /** Arguments that go to the server whatever this device thinks of them, see `intentKey`. */
  readonly insisting: Set<string>
}

export function intentKey(args: unknown): string {
  return JSON.stringify(args)
}

/** Mutations of this device on their way to the server: durable first, then optimistic, then gone once taken. */
export type IntentLog = {
  perform(name: MutatorName, args: unknown): Promise<void>
  /** Offers again what an earlier page left behind. The server's receipts make a second arrival harmless. */
  offerAgain(): Promise<void>
  /** Forgets what the server has taken. */
  settle(): Promise<void>
  /** Whether one like this is not known to be taken yet. */
  has(test: (pending: PendingMutation) => boolean): boolean
  subscribe(onPending: (pending: readonly PendingMutation[]) => void): () => void
}

export function createIntentLog(deps: IntentLogDeps): IntentLog {
  const open = new Map<string, Intent>()
  const listeners = new Set<(pending: readonly PendingMutation[]) => void>()
  let settling: Promise<void> | undefined
  let again = false

  const pending = (): readonly PendingMutation[] => [...open.values()].map(({ name, args, at }) => ({ name, args, at }))

  function tell(): void {
    const now = pending()
    deps.onPending(now)
    for (const listener of listeners) listener(now)
  }

  async function carry(intent: Intent): Promise<void> {
    const mutate = deps.cache.replicache.mutate[intent.name]
    if (mutate === undefined) throw new RefusedError('unknown_mutation', intent.name)
    const ref = (await mutate(intent.args)) as MutationRef
    const carried = { ...intent, tab: deps.tabId, clientId: ref.clientId, mutationId: ref.mutationId }
    if (!open.has(intent.id)) return
    open.set(intent.id, carried)
  }

  async function perform(name: MutatorName, given: unknown): Promise<void> {
    const parsed = mutators[name].args.safeParse(given)
    if (!parsed.success) throw new RefusedError('invalid', parsed.error.issues[0]?.message)
    const intent: Intent = {
      id: deps.newId(),
      name,
      args: parsed.data,
      at: deps.now(),
      tab: deps.tabId,
      clientId: undefined,
      mutationId: undefined,
    }
    await deps.store.put(intent)
    open.set(intent.id, intent)
    tell()
    try {
      await carry(intent)
    } catch (error) {
      open.delete(intent.id)
      await deps.store.delete(intent.id)
      tell()
      throw error
    }
  }

  async function settleOnce(): Promise<void> {
    const waiting = new Set((await deps.cache.pending()).map((one) => `${one.clientID} ${one.id}`))
    for (const intent of open.values()) {
      if (intent.mutationId === undefined || waiting.has(`${intent.clientId} ${intent.mutationId}`)) continue
      open.delete(intent.id)
      await deps.store.delete(intent.id)
      tell()
    }
  }

  return {
    perform,
    async offerAgain() {
      for (const intent of await deps.store.all()) {
        if (open.has(intent.id) || intent.tab === deps.tabId || (await deps.isTabAlive(intent.tab))) continue
        open.set(intent.id, intent)
        tell()
        // The server decides, even where this device would refuse it now; its refusal becomes a row that a person sees.
        deps.insisting.add(intentKey(intent.args))
        await carry(intent).finally(() => deps.insisting.delete(intentKey(intent.args)))
        await deps.store.put({ ...intent, tab: deps.tabId })
      }
    },
    settle() {
      again = true
      settling ??= (async () => {
        while (again) {
          again = false
          await settleOnce()
        }
      })().finally(() => {
        settling = undefined
      })
      return settling
    },
    has: (test) => pending().some(test),
    subscribe(onPending) {
      listeners.add(onPending)
      onPending(pending())
      return () => listeners.delete(onPending)
    },
  }
}
