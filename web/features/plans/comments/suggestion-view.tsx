import { Check, Copy, X } from 'lucide'
import { Match, Show, Switch } from 'solid-js'
import type { PlanSuggestion } from '#shared/domain/plan-comment.ts'
import { useCallName } from '../../../state/call-name.ts'
import { useStatus } from '../../../state/sync-status.ts'
import { Button } from '../../../ui/button.tsx'
import { copyAndTell } from '../../../ui/copy.ts'
import { commentWords } from '../../../words/plan-comments.ts'
import styles from './comments.module.css'
import { SuggestedWords } from './suggested-words.tsx'

/** What is suggested, old and new by words, and what became of it. */
export function SuggestionView(props: {
  readonly suggestion: PlanSuggestion
  /** Absent: this person may only read it, or the thread is settled. */
  readonly onSettle: ((as: 'accepted' | 'dismissed') => void) | undefined
}) {
  const callName = useCallName()
  const status = useStatus()
  const settled = () => props.suggestion.settled
  const failed = () => {
    const known = settled()
    return known?.as === 'accepted' && (known.outcome === 'changed' || known.outcome === 'failed')
      ? known.outcome
      : undefined
  }
  const isOpen = () => settled() === undefined || failed() !== undefined
  return (
    <div class={styles.suggestion} role="group" aria-label={commentWords.suggestion}>
      <SuggestedWords from={props.suggestion.from} to={props.suggestion.to} />
      <Show when={settled()}>
        {(known) => (
          <p class={styles.note} role={failed() === undefined ? undefined : 'alert'}>
            <Switch fallback={commentWords.acceptedBy(callName(known().by))}>
              <Match when={known().as === 'dismissed'}>{commentWords.dismissedBy(callName(known().by))}</Match>
              <Match when={failed()}>{(why) => commentWords.notPutIn[why()]}</Match>
              <Match when={isUnderWay(known())}>
                {status().offlineSince === undefined ? commentWords.underWay : commentWords.acceptedNotSent}
              </Match>
            </Switch>
          </p>
        )}
      </Show>
      <Show when={isOpen() && props.onSettle}>
        {(settle) => (
          <span class={styles.acts}>
            <Show when={failed()}>
              <Button size="sm" tone="ghost" icon={Copy} onClick={() => void copyAndTell(props.suggestion.to)}>
                {commentWords.copySuggestion}
              </Button>
            </Show>
            <Button size="sm" tone="ghost" icon={X} onClick={() => settle()('dismissed')}>
              {commentWords.dismiss}
            </Button>
            <Button size="sm" icon={Check} onClick={() => settle()('accepted')}>
              {failed() === undefined ? commentWords.accept : commentWords.acceptAgain}
            </Button>
          </span>
        )}
      </Show>
    </div>
  )
}

function isUnderWay(settled: NonNullable<PlanSuggestion['settled']>): boolean {
  return settled.as === 'accepted' && settled.outcome === undefined
}
