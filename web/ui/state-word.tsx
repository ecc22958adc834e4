import type { DisplayState } from '#shared/domain/run.ts'
import { stateWords } from '../words/states.ts'
import { StatusGlyph } from './status-glyph.tsx'
import styles from './state-word.module.css'

/** Glyph and word of a run's state, as in headers: "Needs you". `words` says more where more is known. */
export function StateWord(props: { readonly state: DisplayState; readonly words?: string | undefined }) {
  return (
    <span class={styles.state} data-state={props.state}>
      <StatusGlyph state={props.state} decorative />
      <span class={styles.word}>{props.words ?? stateWords[props.state]}</span>
    </span>
  )
}
