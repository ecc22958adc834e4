import { Show } from 'solid-js'
import type { PullStatus } from '#shared/domain/pull-status.ts'
import { Time } from './time.tsx'
import { pullWords } from '../words/pulls.ts'
import styles from './pull-words.module.css'

/** How a pull request stands, in words, and when its host was asked. */
export function PullWords(props: { readonly pull: PullStatus }) {
  return (
    <span class={styles.pull}>
      <span data-pull={props.pull.state}>{pullWords.state[props.pull.state]}</span>
      <Show when={props.pull.checks}>
        {(checks) => (
          <>
            {' · '}
            <span data-checks={checks()}>{pullWords.checks[checks()]}</span>
          </>
        )}
      </Show>
      <Show when={props.pull.at}>
        {(at) => (
          <>
            {' · '}
            <Time at={at()} form="ago" />
          </>
        )}
      </Show>
    </span>
  )
}
