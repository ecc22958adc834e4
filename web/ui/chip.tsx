import type { IconNode } from 'lucide'
import { Show, type JSX } from 'solid-js'
import { Icon } from './icon.tsx'
import styles from './chip.module.css'

/** A small fact beside a title. At most three in a row. */
export function Chip(props: {
  readonly icon?: IconNode | undefined
  readonly tone?: 'plain' | 'done' | 'failed' | 'warn' | undefined
  readonly title?: string | undefined
  readonly children: JSX.Element
}) {
  return (
    <span class={styles.chip} data-tone={props.tone ?? 'plain'} title={props.title}>
      <Show when={props.icon}>{(icon) => <Icon of={icon()} size="sm" />}</Show>
      {props.children}
    </span>
  )
}

/** A number beside a word: amber only when it counts what waits for a person. */
export function Count(props: {
  readonly of: number
  readonly turn?: boolean | undefined
  readonly label?: string | undefined
}) {
  return (
    <span class={styles.count} data-turn={props.turn}>
      <span aria-hidden={props.label === undefined ? undefined : 'true'}>{props.of}</span>
      <Show when={props.label}>{(label) => <span class={styles.spoken}>{label()}</span>}</Show>
    </span>
  )
}
