import { For } from 'solid-js'
import type { NamedKey } from '#shared/terminal/keys.ts'
import { terminalWords } from '../../../words/terminal.ts'
import styles from './terminal-panel.module.css'

/** A modifier that stays: for the next key, or until it is pressed again. */
export type Sticky = 'off' | 'once' | 'held'

export const nextSticky: Readonly<Record<Sticky, Sticky>> = { off: 'once', once: 'held', held: 'off' }

const first = ['Escape', 'Tab'] as const
const arrows = ['Left', 'Down', 'Up', 'Right'] as const
const signs = ['|', '/', '~', '-'] as const

/** Keys that the keyboard of a phone lacks. They don't take the focus, so the keyboard stays. */
export function KeyRow(props: {
  readonly ctrl: Sticky
  readonly alt: Sticky
  readonly onCtrl: () => void
  readonly onAlt: () => void
  readonly onKey: (key: NamedKey) => void
  readonly onText: (text: string) => void
}) {
  const named = (key: (typeof first)[number] | (typeof arrows)[number]) => (
    <button
      type="button"
      class={styles.key}
      aria-label={terminalWords.keys.names[key]}
      onClick={() => props.onKey(key)}
    >
      {terminalWords.keys[key]}
    </button>
  )
  return (
    <div
      class={styles.keys}
      role="toolbar"
      aria-label={terminalWords.keys.label}
      onPointerDown={(event) => event.preventDefault()}
    >
      <For each={first}>{named}</For>
      <button
        type="button"
        class={styles.key}
        data-sticky={props.ctrl}
        aria-pressed={props.ctrl !== 'off'}
        onClick={() => props.onCtrl()}
      >
        {terminalWords.keys.ctrl}
      </button>
      <button
        type="button"
        class={styles.key}
        data-sticky={props.alt}
        aria-pressed={props.alt !== 'off'}
        onClick={() => props.onAlt()}
      >
        {terminalWords.keys.alt}
      </button>
      <For each={arrows}>{named}</For>
      <For each={signs}>
        {(sign) => (
          <button
            type="button"
            class={styles.key}
            aria-label={terminalWords.keys.sign(sign)}
            onClick={() => props.onText(sign)}
          >
            {sign}
          </button>
        )}
      </For>
    </div>
  )
}
