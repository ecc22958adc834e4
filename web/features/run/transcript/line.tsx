import { ChevronRight, type IconNode } from 'lucide'
import { Show, type JSX } from 'solid-js'
import { Icon } from '../../../ui/icon.tsx'
import styles from './line.module.css'

/** One line of the transcript: icon, what happened, what it came to. A button when there is more to see. */
export function Line(props: {
  readonly icon?: IconNode | undefined
  readonly glyph?: JSX.Element
  /** Present: the line opens. */
  readonly open?: boolean | undefined
  readonly onToggle?: ((open: boolean) => void) | undefined
  readonly children: JSX.Element
  readonly end?: JSX.Element
  readonly tone?: 'plain' | 'failed' | undefined
  /** Drawn as the head of a card. */
  readonly head?: boolean | undefined
}) {
  const inside = (): JSX.Element => (
    <>
      <span class={styles.lead}>
        <Show when={props.glyph} fallback={<Icon of={props.icon ?? ChevronRight} size="sm" />}>
          {props.glyph}
        </Show>
      </span>
      <span class={styles.what}>{props.children}</span>
      <span class={styles.end}>{props.end}</span>
      <Show when={props.onToggle && props.head}>
        <span class={styles.chevron} data-open={props.open ? '' : undefined}>
          <Icon of={ChevronRight} size="sm" />
        </span>
      </Show>
    </>
  )
  return (
    <Show
      when={props.onToggle}
      fallback={
        <div class={styles.line} data-tone={props.tone} data-head={props.head ? '' : undefined}>
          {inside()}
        </div>
      }
    >
      {(toggle) => (
        <button
          type="button"
          class={styles.line}
          data-tone={props.tone}
          data-head={props.head ? '' : undefined}
          aria-expanded={props.open ?? false}
          onClick={() => toggle()(!(props.open ?? false))}
        >
          {inside()}
        </button>
      )}
    </Show>
  )
}

export const lineStyles = styles
