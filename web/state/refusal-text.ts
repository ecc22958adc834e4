import { RefusedError, UnreachableError } from '#sync/client/workspace.ts'
import { refusalWords, requestWords } from '../words/refusals.ts'
import { uiWords } from '../words/ui.ts'

/** What to tell a person whose action threw: why it was refused, that no answer came, or that the device could not keep it. */
export function refusalText(error: unknown, notKept: string = uiWords.notKept): string {
  if (error instanceof UnreachableError) return requestWords.noAnswer
  return error instanceof RefusedError ? refusalWords(error.code, error.message) : notKept
}
