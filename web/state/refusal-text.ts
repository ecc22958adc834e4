import { RefusedError } from '#sync/client/workspace.ts'
import { refusalWords } from '../words/refusals.ts'
import { uiWords } from '../words/ui.ts'

/** What to tell a person whose action threw: why it was refused, or that the device could not keep it. */
export function refusalText(error: unknown, notKept: string = uiWords.notKept): string {
  return error instanceof RefusedError ? refusalWords(error.code, error.message) : notKept
}
