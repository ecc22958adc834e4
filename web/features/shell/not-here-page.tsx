import { ErrorState } from '../../ui/error-state.tsx'
import { shellWords } from '../../words/shell.ts'

/** Where a page's feature is not part of this build. */
export function NotHerePage() {
  return <ErrorState title={shellWords.notFound} text={shellWords.notFoundTodo} />
}
