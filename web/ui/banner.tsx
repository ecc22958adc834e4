import type { IconNode } from 'lucide'
import { Show, type JSX } from 'solid-js'
import { Icon } from './icon.tsx'
import styles from './banner.module.css'

/** A sentence about the whole pane, above it: neutral, never red or amber. */
export function Banner(props: {
  readonly icon?: IconNode | undefined
  readonly children: JSX.Element
  readonly actions?: JSX.Element
}) {
  return (
    <div class={styles.banner} role="status">
      <Show when={props.icon}>{(icon) => <Icon of={icon()} size="sm" />}</Show>
      <span class={styles.text}>{props.children}</span>
      <Show when={props.actions}>
        <span class={styles.actions}>{props.actions}</span>
      </Show>
    </div>
  )
}
