import { createSignal, type Accessor } from 'solid-js'
import { z } from 'zod'
import { SharedDraft } from '#shared/domain/shared-draft.ts'
import { sharesKey, sharesLimit } from '../pwa/device-state.ts'
import { createStrictContext } from './context.ts'
import type { DeviceStore } from './device-store.ts'

const Share = SharedDraft.extend({ id: z.string().max(60) })
export type Share = z.infer<typeof Share>

/** What other apps handed over and nobody has looked at yet. It belongs to the device: whoever shares need not be signed in. */
export type Shares = {
  /** The oldest first. */
  readonly waiting: Accessor<readonly Share[]>
  /** The service worker adds while no page is looking. */
  readonly reload: () => Promise<void>
  readonly add: (draft: SharedDraft) => Promise<void>
  /** It stands somewhere else now, or is not wanted. */
  readonly done: (id: string) => Promise<void>
}

export const [SharesContext, useShares] = createStrictContext<Shares>('Shares')

export function createShares(deps: { readonly store: DeviceStore; readonly newId: () => string }): Shares {
  const [waiting, setWaiting] = createSignal<readonly Share[]>([])
  const reload = async (): Promise<void> => {
    const kept = await deps.store.get(sharesKey).catch(() => undefined)
    setWaiting(readShares(kept))
  }
  const change = async (changed: (now: readonly Share[]) => readonly Share[]): Promise<void> => {
    setWaiting(changed)
    // A browser that keeps nothing still shows it as long as the page lives.
    await deps.store.update(sharesKey, (kept) => changed(readShares(kept))).catch(() => undefined)
  }
  return {
    waiting,
    reload,
    add: (draft) => {
      const share = { id: deps.newId(), ...draft }
      return change((now) => [...now, share].slice(-sharesLimit))
    },
    done: (id) => change((now) => now.filter((share) => share.id !== id)),
  }
}

/** `#shared=…`, from where nothing could be kept. */
export function draftFromHash(hash: string): SharedDraft | undefined {
  const [, encoded] = /^#?shared=(.*)$/s.exec(hash) ?? []
  if (encoded === undefined) return undefined
  try {
    return SharedDraft.safeParse(JSON.parse(decodeURIComponent(encoded))).data
  } catch {
    return undefined
  }
}

function readShares(kept: unknown): readonly Share[] {
  if (!Array.isArray(kept)) return []
  return kept.flatMap((one: unknown) => Share.safeParse(one).data ?? [])
}
