import { createSignal, onCleanup, type Accessor } from 'solid-js'
import { statusAtStart } from '#sync/client/status.ts'
import type { DeviceIntent, PendingMutation, SyncStatus } from '#sync/client/workspace.ts'
import { useWorkspace } from './workspace.ts'

/** How fresh this device is. */
export function useStatus(): Accessor<SyncStatus> {
  const [status, setStatus] = createSignal(statusAtStart)
  onCleanup(useWorkspace().subscribeStatus(setStatus))
  return status
}

/** What is only on this device so far, oldest first. */
export function usePending(): Accessor<readonly PendingMutation[]> {
  const [pending, setPending] = createSignal<readonly PendingMutation[]>([])
  onCleanup(useWorkspace().subscribePending(setPending))
  return pending
}

/** What was done on this device lately, newest first; `undefined` until it has been read. */
export function useIntents(): Accessor<readonly DeviceIntent[] | undefined> {
  const [intents, setIntents] = createSignal<readonly DeviceIntent[]>()
  onCleanup(useWorkspace().subscribeIntents(setIntents))
  return intents
}
