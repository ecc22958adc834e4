import type { DisplayState } from '#shared/domain/run.ts'
import { stateWords } from '../words/states.ts'
import { StatusGlyph } from './status-glyph.tsx'
import styles from './state-word.module.css'

/**
 * Glyph and word of a run's state, as in headers: "Needs you". `words` says more where more is known; what has no room is
 * cut, or goes on below with `wraps`.
 */
export function StateWord(props: {
  readonly state: DisplayState
  readonly words?: string | undefined
  readonly wraps?: boolean | undefined
}) {
  return (
    <span class={styles.state} data-state={props.state} data-wraps={props.wraps ? '' : undefined}>
      <StatusGlyph state={props.state} decorative />
      <span class={styles.word}>{props.words ?? stateWords[props.state]}</span>
    </span>
  )
}
