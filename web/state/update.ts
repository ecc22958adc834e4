import { createSignal, type Accessor } from 'solid-js'
import { createStrictContext } from './context.ts'

/** A newer app that waits. Nothing reloads by itself: `apply` is pressed by a person. */
export type Updates = { readonly ready: Accessor<boolean>; readonly apply: () => void }

export const [UpdatesContext, useUpdates] = createStrictContext<Updates>('Updates')

export type Registration = { readonly onWaiting: (tell: () => void) => void; readonly apply: () => Promise<void> }

/**
 * `registration` is the service worker's side (`pwa/register.ts`), which looks for a newer app also where none was found yet;
 * without one, `apply` reloads the page.
 */
export function createUpdates(registration: Registration | undefined, reload: () => void): Updates {
  const [ready, setReady] = createSignal(false)
  registration?.onWaiting(() => setReady(true))
  return {
    ready,
    apply: () => {
      if (registration === undefined) reload()
      else void registration.apply()
    },
  }
}
