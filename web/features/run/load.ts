import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js'

export type Load<T> =
  | { readonly type: 'idle' }
  | { readonly type: 'loading' }
  | { readonly type: 'ready'; readonly value: T }
  | { readonly type: 'failed' }

/**
 * Loads when `key` is named, again when it changes or on `retry`. Unlike a resource it never suspends the page around
 * it: what loads here is a part that says so itself.
 */
export function createLoad<T>(
  key: Accessor<string | undefined>,
  load: (key: string) => Promise<T>,
): { readonly state: Accessor<Load<T>>; readonly retry: () => void } {
  const [state, setState] = createSignal<Load<T>>({ type: 'idle' })
  const [attempt, setAttempt] = createSignal(0)
  createEffect(
    on([key, attempt], ([wanted]) => {
      if (wanted === undefined) {
        setState({ type: 'idle' })
        return
      }
      let current = true
      onCleanup(() => (current = false))
      setState({ type: 'loading' })
      load(wanted).then(
        (value) => current && setState({ type: 'ready', value }),
        () => current && setState({ type: 'failed' }),
      )
    }),
  )
  return { state, retry: () => setAttempt((count) => count + 1) }
}

export function loaded<T>(load: Load<T>): T | undefined {
  return load.type === 'ready' ? load.value : undefined
}
