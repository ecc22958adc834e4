import type { JSX } from 'solid-js'
import type { DisplayState } from '#shared/domain/run.ts'
import { stateWords } from '../words/states.ts'
import styles from './status-glyph.module.css'

/**
 * The six states, each with its own shape, so that they read in greyscale and at 14 px. Carries its word for screen
 * readers unless `decorative` says that the word stands beside it.
 */
export function StatusGlyph(props: {
  readonly state: DisplayState
  readonly size?: 'sm' | 'md' | 'lg' | undefined
  readonly decorative?: boolean | undefined
}) {
  return (
    <svg
      class={styles.glyph}
      data-state={props.state}
      data-size={props.size ?? 'md'}
      viewBox="0 0 16 16"
      role={props.decorative ? undefined : 'img'}
      aria-label={props.decorative ? undefined : stateWords[props.state]}
      aria-hidden={props.decorative ? 'true' : undefined}
    >
      {shapes[props.state]()}
    </svg>
  )
}

const shapes: Readonly<Record<DisplayState, () => JSX.Element>> = {
  queued: () => (
    <circle
      cx="8"
      cy="8"
      r="5.6"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-dasharray="2.1 2.3"
      stroke-linecap="butt"
    />
  ),
  working: () => (
    <>
      <circle cx="8" cy="8" r="5.6" stroke="currentColor" stroke-width="1.6" opacity=".28" />
      <path d="M8 2.4A5.6 5.6 0 1 1 2.4 8" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" />
    </>
  ),
  needs: () => (
    <>
      <rect
        x="2.75"
        y="2.75"
        width="10.5"
        height="10.5"
        rx="2.4"
        transform="rotate(45 8 8)"
        fill="var(--accent)"
        stroke="var(--accent-edge)"
        stroke-width=".9"
      />
      <path d="M8 4.7v3.9" stroke="var(--on-accent)" stroke-width="1.7" stroke-linecap="round" />
      <circle cx="8" cy="11.1" r="1" fill="var(--on-accent)" />
    </>
  ),
  done: () => (
    <>
      <circle cx="8" cy="8" r="5.7" stroke="currentColor" stroke-width="1.5" />
      <path
        d="m5.6 8.2 1.7 1.7 3.2-3.6"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </>
  ),
  failed: () => (
    <>
      <path
        d="M5.4 1.7h5.2l3.7 3.7v5.2l-3.7 3.7H5.4l-3.7-3.7V5.4z"
        fill="currentColor"
        stroke="currentColor"
        stroke-width=".8"
        stroke-linejoin="round"
      />
      <path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2" stroke="var(--on-state)" stroke-width="1.6" stroke-linecap="round" />
    </>
  ),
  cancelled: () => (
    <>
      <circle cx="8" cy="8" r="5.7" stroke="currentColor" stroke-width="1.5" />
      <path d="M5 8h6" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    </>
  ),
}
