import type { RunId } from '#shared/ids.ts'
import { useIds } from './platform.ts'
import { refusalText } from './refusal-text.ts'
import { useWorkspace } from './workspace.ts'

/** Asks for the end of a run. Answers with what to tell the person where it was not taken. */
export function useStopRun(): (runId: RunId) => Promise<string | undefined> {
  const workspace = useWorkspace()
  const ids = useIds()
  return async (runId) => {
    try {
      await workspace.mutate.stopRun({ runId, deliveryId: ids.deliveryId() })
      return undefined
    } catch (error) {
      return refusalText(error)
    }
  }
}
