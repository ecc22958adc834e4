import { RefusedError } from '#sync/client/workspace.ts'
import type { RunId } from '#shared/ids.ts'
import { refusalWords } from '../words/refusals.ts'
import { uiWords } from '../words/ui.ts'
import { useIds } from './platform.ts'
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
      return error instanceof RefusedError ? refusalWords(error.code, error.message) : uiWords.notKept
    }
  }
}
