import { ChevronDown, ChevronUp, Search, X } from 'lucide'
import { onMount, type JSX } from 'solid-js'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import styles from './find-bar.module.css'

export const findBarPart = styles.part

export type FindBarWords = {
  readonly title: string
  readonly label: string
  readonly holder: string
  readonly earlier: string
  readonly later: string
  readonly close: string
}

/** Finds words in what is shown below it. Enter goes to the hit before or after, by `enter`: a transcript is read from its end, a text from its start. */
export function FindBar(props: {
  readonly words: FindBarWords
  readonly text: string
  readonly onText: (text: string) => void
  readonly enter: 'earlier' | 'later'
  /** How many were found, in words, or that none was; empty while nothing is looked for. */
  readonly status: string
  readonly hits: number
  readonly onStep: (by: -1 | 1) => void
  readonly onClose: () => void
  /** What else is to be said about the search, in `findBarPart`. */
  readonly children?: JSX.Element
}) {
  let input!: HTMLInputElement
  onMount(() => {
    input.focus()
    input.select()
  })
  const onEnter = (): -1 | 1 => (props.enter === 'earlier' ? -1 : 1)
  const back = (): -1 | 1 => (props.enter === 'earlier' ? 1 : -1)
  return (
    <div
      role="search"
      class={styles.bar}
      aria-label={props.words.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        props.onClose()
      }}
    >
      <div class={styles.field}>
        <Icon of={Search} size="sm" />
        <input
          ref={input}
          type="text"
          inputmode="search"
          enterkeyhint="search"
          autocomplete="off"
          spellcheck={false}
          aria-label={props.words.label}
          placeholder={props.words.holder}
          value={props.text}
          onInput={(event) => props.onText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return
            event.preventDefault()
            props.onStep(event.shiftKey ? back() : onEnter())
          }}
        />
        <span class={styles.count} role="status">
          {props.status}
        </span>
      </div>
      <IconButton
        icon={ChevronUp}
        label={props.words.earlier}
        keys={props.enter === 'earlier' ? 'Enter' : 'Shift+Enter'}
        disabled={props.hits === 0}
        onClick={() => props.onStep(-1)}
      />
      <IconButton
        icon={ChevronDown}
        label={props.words.later}
        keys={props.enter === 'earlier' ? 'Shift+Enter' : 'Enter'}
        disabled={props.hits === 0}
        onClick={() => props.onStep(1)}
      />
      <IconButton icon={X} label={props.words.close} keys="Escape" onClick={() => props.onClose()} />
      {props.children}
    </div>
  )
}
