import { Link, type ErrorComponentProps } from '@tanstack/solid-router'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useTitle } from '../../state/title.ts'
import { shellWords } from '../../words/shell.ts'
import { uiWords } from '../../words/ui.ts'
import styles from './page-states.module.css'

/** While a page's code arrives. */
export function PagePending() {
  return (
    <div class={styles.page}>
      <SkeletonRows waitsFor={shellWords.pagePending} />
    </div>
  )
}

export function PageError(props: ErrorComponentProps) {
  return (
    <div class={styles.page}>
      <ErrorState
        title={shellWords.failed}
        text={shellWords.failedTodo}
        detail={props.error.stack ?? props.error.message}
        detailLabel={uiWords.details}
      >
        <Button size="lg" onClick={() => props.reset()}>
          {shellWords.tryAgain}
        </Button>
        <Button size="lg" onClick={() => location.reload()}>
          {shellWords.reload}
        </Button>
      </ErrorState>
    </div>
  )
}

export function NotFoundPage() {
  useTitle(() => shellWords.notFound)
  return (
    <main class={styles.page}>
      <ErrorState page title={shellWords.notFound} text={shellWords.notFoundTodo}>
        <Link to="/runs" class={buttonClass} data-size="lg">
          <ButtonInside>{shellWords.toRuns}</ButtonInside>
        </Link>
      </ErrorState>
    </main>
  )
}
