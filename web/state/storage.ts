import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { DeviceStorage } from '../pwa/storage.ts'
import { createStrictContext } from './context.ts'
import { useWorkspace } from './workspace.ts'

export const [DeviceStorageContext, useDeviceStorage] = createStrictContext<DeviceStorage>('DeviceStorage')

/** Of what the browser offers: beyond this what comes next may not fit. */
const fullShare = 0.97
const checkMs = 5 * 60_000

/**
 * Whether this device has no room left for Drover: a write failed for it, or as good as everything that the browser offers is used.
 * Transcripts that are not pinned then make room at once.
 */
export function useStorageFull(): Accessor<boolean> {
  const storage = useDeviceStorage()
  const workspace = useWorkspace()
  const [full, setFull] = createSignal(false)
  let closed = false

  const isFull = async (): Promise<boolean> => {
    const known = await storage.estimate()
    return known !== undefined && known.quota > 0 && known.usage >= known.quota * fullShare
  }
  const check = async (): Promise<void> => {
    if (closed || !(await isFull())) return void (closed || setFull(false))
    await workspace.makeRoom().catch(() => 0)
    const still = await isFull()
    if (!closed) setFull(still)
  }
  const handleFailure = (event: PromiseRejectionEvent): void => {
    const { reason } = event as { reason: unknown }
    if (!(reason instanceof DOMException) || reason.name !== 'QuotaExceededError') return
    event.preventDefault()
    setFull(true)
    workspace.makeRoom().catch(() => 0)
  }
  void check()
  const timer = setInterval(() => void check(), checkMs)
  addEventListener('unhandledrejection', handleFailure)
  onCleanup(() => {
    closed = true
    clearInterval(timer)
    removeEventListener('unhandledrejection', handleFailure)
  })
  return full
}
