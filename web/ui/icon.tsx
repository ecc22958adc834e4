import type { IconNode } from 'lucide'
import { For } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import styles from './icon.module.css'

/** A Lucide icon (`import { Plus } from 'lucide'`). Decoration beside words: an icon alone needs `IconButton` or a `label`. */
export function Icon(props: {
  readonly of: IconNode
  readonly size?: 'sm' | 'md' | 'lg' | undefined
  readonly label?: string | undefined
}) {
  return (
    <svg
      class={styles.icon}
      data-size={props.size ?? 'md'}
      viewBox="0 0 24 24"
      role={props.label === undefined ? undefined : 'img'}
      aria-label={props.label}
      aria-hidden={props.label === undefined ? 'true' : undefined}
    >
      <For each={props.of}>{([tag, attributes]) => <Dynamic component={tag} {...attributes} />}</For>
    </svg>
  )
}
