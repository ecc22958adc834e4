import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanId } from '#shared/ids.ts'
import type { PlanDocument, PlanDocumentState } from '#sync/client/plans/plan-document.ts'
import { useWorkspace } from '../../../state/workspace.ts'

export type OpenDocument = {
  /** `failed`: this device's store can't be read, or the code for it could not be fetched. */
  readonly document: Accessor<PlanDocument | 'opening' | 'failed'>
  readonly state: Accessor<PlanDocumentState | undefined>
  readonly retry: () => void
}

/** Opens a plan's document for as long as the caller is mounted. */
export function useDocument(planId: PlanId): OpenDocument {
  const workspace = useWorkspace()
  const [document, setDocument] = createSignal<PlanDocument | 'opening' | 'failed'>('opening')
  const [state, setState] = createSignal<PlanDocumentState>()
  let isClosed = false
  let close = (): void => undefined
  onCleanup(() => {
    isClosed = true
    close()
  })

  const open = async (): Promise<void> => {
    setDocument('opening')
    try {
      const opened = await workspace.openPlan(planId)
      if (isClosed) {
        opened.close()
        return
      }
      const unsubscribe = opened.subscribeState(setState)
      close = () => {
        unsubscribe()
        opened.close()
      }
      setDocument(opened)
    } catch {
      if (!isClosed) setDocument('failed')
    }
  }
  void open()
  return { document, state, retry: () => void open() }
}
