import { createMemo, createSignal, onCleanup, type Accessor } from 'solid-js'

/** A pointer that rests this long lets the list go on, so that a forgotten mouse hides nothing. */
const restMs = 8000

export type HeldOrder<Entry> = {
  readonly entries: Accessor<readonly Entry[]>
  /** For the list's element: holds while a mouse moves over it. */
  readonly handlers: { readonly onPointerMove: (event: PointerEvent) => void; readonly onPointerLeave: () => void }
}

/**
 * Rows don't move under the pointer: while a mouse is over the list, everything keeps its place and only its content
 * changes; new places are taken when the pointer leaves. Another `basis` (filter, search) is asked for, so it applies at
 * once. `current` finds the newest content of an entry by its key.
 */
export function createHeldOrder<Entry extends { readonly key: string }>(deps: {
  readonly wanted: Accessor<readonly Entry[]>
  readonly basis: Accessor<string>
  readonly current: (entry: Entry) => Entry | undefined
}): HeldOrder<Entry> {
  const [holding, setHolding] = createSignal(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  const release = () => {
    clearTimeout(timer)
    setHolding(false)
  }
  onCleanup(release)

  const held = createMemo<{ readonly basis: string; readonly entries: readonly Entry[] }>(
    (before) => {
      const basis = deps.basis()
      const wanted = deps.wanted()
      if (!holding() || before.basis !== basis || before.entries.length === 0) return { basis, entries: wanted }
      const byKey = new Map(wanted.map((entry) => [entry.key, entry]))
      const entries = before.entries.flatMap((entry) => byKey.get(entry.key) ?? deps.current(entry) ?? [])
      return { basis, entries }
    },
    { basis: '', entries: [] },
  )

  return {
    entries: () => held().entries,
    handlers: {
      onPointerMove(event) {
        if (event.pointerType !== 'mouse') return
        setHolding(true)
        clearTimeout(timer)
        timer = setTimeout(release, restMs)
      },
      onPointerLeave: release,
    },
  }
}
