import { createMemo, createSignal, type Accessor } from 'solid-js'
import { z } from 'zod'
import type { AskToInstall, InstallSource } from '../pwa/install.ts'
import { createStrictContext } from './context.ts'
import type { DeviceStore } from './device-store.ts'

export type InstallState =
  /** It runs in a window of its own, or was just put there. */
  | 'installed'
  /** The browser can be asked. */
  | 'ready'
  /** Its person can do it with the browser's own menu. */
  | 'by_hand'
  /** The browser has not said that it can. */
  | 'unknown'

export type Install = {
  readonly state: Accessor<InstallState>
  /** Whether to offer it unasked: once its use was seen, and until it was put away. */
  readonly offers: Accessor<boolean>
  readonly ask: () => Promise<void>
  /** Unasked never again on this device; the settings still have it. */
  readonly putAway: () => void
  /** A run was seen through: its person knows by now what this is for. */
  readonly earned: () => void
}

export const [InstallContext, useInstall] = createStrictContext<Install>('Install')

const keptKey = 'install'
const Kept = z.object({ earned: z.boolean(), putAway: z.boolean() })
type Kept = z.infer<typeof Kept>

export function createInstall(deps: {
  readonly store: DeviceStore
  readonly source: InstallSource | undefined
}): Install {
  const { store, source } = deps
  const [ask, setAsk] = createSignal<AskToInstall>()
  const [installed, setInstalled] = createSignal(source?.isInstalled() ?? false)
  const [stored, setStored] = createSignal<Kept>()
  const [changed, setChanged] = createSignal<Partial<Kept>>({})
  source?.onOffer((given) => setAsk(() => given))
  source?.onInstalled(() => setInstalled(true))
  void store
    .get(keptKey)
    .catch(() => undefined)
    .then((value) => setStored(readKept(value)))

  /** Nothing is known before the device's store has answered: it may say that this was put away. */
  const kept = (): Kept | undefined => {
    const known = stored()
    return known === undefined ? undefined : { ...known, ...changed() }
  }
  const keep = (change: Partial<Kept>): void => {
    setChanged((before) => ({ ...before, ...change }))
    store.update(keptKey, (value) => ({ ...readKept(value), ...change })).catch(() => undefined)
  }
  const state = createMemo((): InstallState => {
    if (installed()) return 'installed'
    if (ask() !== undefined) return 'ready'
    return source?.byHand === true ? 'by_hand' : 'unknown'
  })
  return {
    state,
    offers: () => (state() === 'ready' || state() === 'by_hand') && kept()?.earned === true && !kept()?.putAway,
    async ask() {
      const given = ask()
      // One question can be asked once; the browser makes another when it likes.
      setAsk(undefined)
      if ((await given?.()) === 'dismissed') keep({ putAway: true })
    },
    putAway: () => keep({ putAway: true }),
    earned: () => {
      if (kept()?.earned !== true) keep({ earned: true })
    },
  }
}

function readKept(value: unknown): Kept {
  return Kept.safeParse(value).data ?? { earned: false, putAway: false }
}
