import { PromptMode } from '#shared/domain/prompt.ts'
import type { RunId } from '#shared/ids.ts'
import type { Accessor } from 'solid-js'
import { createDraft, type Draft } from './draft.ts'
import { useDeviceStore, type DeviceStore } from './device-store.ts'
import { useWorkspace } from './workspace.ts'

/** What becomes of a message that is sent while the agent works. */
export type SendingMode = { readonly mode: Accessor<PromptMode>; readonly choose: (mode: PromptMode) => void }

function keptMode<T>(store: DeviceStore, key: string, initial: T): Draft<PromptMode | T> {
  return createDraft<PromptMode | T>({
    store,
    key,
    initial,
    parse: (kept) => PromptMode.safeParse(kept).data,
  })
}

const keyOf = (userId: string): string => `sending-mode/${userId}`

/** For runs in which nothing else was chosen; this person's, on this device. */
export function useDefaultSendingMode(): SendingMode {
  const kept = keptMode<PromptMode>(useDeviceStore(), keyOf(useWorkspace().userId), 'queue')
  return { mode: kept.value, choose: kept.set }
}

/** In this run: what was chosen there, and until then the default. It stays chosen from turn to turn. */
export function useSendingMode(runId: RunId): SendingMode {
  const fallback = useDefaultSendingMode()
  const kept = keptMode<undefined>(useDeviceStore(), `${keyOf(useWorkspace().userId)}/${runId}`, undefined)
  return { mode: () => kept.value() ?? fallback.mode(), choose: kept.set }
}
