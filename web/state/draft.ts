import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { DeviceStore } from './device-store.ts'

/** Something half written that survives a reload: kept as it is typed. */
export type Draft<T> = {
  readonly value: Accessor<T>
  /** `false` until what was kept is back. */
  readonly loaded: Accessor<boolean>
  readonly set: (value: T) => void
  /** Resolves when what was set so far is on the device, or could not be kept. */
  readonly settled: () => Promise<void>
  /** Once it is durable elsewhere. Resolves when the device has let go of it. */
  readonly clear: () => Promise<void>
}

/**
 * Each change is written at once; while one write is on its way the newest waits, so that at most two are held.
 * What is kept but no longer reads as `parse` wants is dropped. Needs an owner.
 */
export function createDraft<T>(deps: {
  readonly store: DeviceStore
  readonly key: string
  readonly initial: T
  readonly parse: (kept: unknown) => T | undefined
}): Draft<T> {
  const [value, setValue] = createSignal<T>(deps.initial)
  const [loaded, setLoaded] = createSignal(false)
  let touched = false
  let writing: Promise<void> | undefined
  let next: { readonly value: T } | undefined
  let gone = false
  onCleanup(() => {
    gone = true
  })

  const write = async (): Promise<void> => {
    while (next !== undefined) {
      const taken = next.value
      next = undefined
      await deps.store.set(deps.key, taken).catch(() => undefined)
    }
    writing = undefined
  }

  void deps.store
    .get(deps.key)
    .then((kept) => (kept === undefined ? undefined : deps.parse(kept)))
    .catch(() => undefined)
    .then((kept) => {
      if (gone) return
      if (kept !== undefined && !touched) setValue(() => kept)
      setLoaded(true)
    })

  return {
    value,
    loaded,
    set(changed) {
      touched = true
      setValue(() => changed)
      next = { value: changed }
      writing ??= write()
    },
    async settled() {
      await writing
    },
    async clear() {
      touched = true
      next = undefined
      await writing
      setValue(() => deps.initial)
      await deps.store.del(deps.key).catch(() => undefined)
    },
  }
}
