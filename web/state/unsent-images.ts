import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { UnsentImage } from '#sync/client/images/device-images.ts'
import { useWorkspace } from './workspace.ts'

/** Pictures that were put in on this device and that the server does not have. */
export function useUnsentImages(): Accessor<readonly UnsentImage[]> {
  const [unsent, setUnsent] = createSignal<readonly UnsentImage[]>([])
  onCleanup(useWorkspace().subscribeUnsentImages(setUnsent))
  return unsent
}
