import type { JSX } from 'solid-js'
import styles from './kbd.module.css'

/** A key, beside what it does. Hidden where there is no keyboard to press it on, and from speech unless `spoken`. */
export function Kbd(props: { readonly spoken?: boolean | undefined; readonly children: JSX.Element }) {
  return (
    <kbd class={styles.kbd} data-spoken={props.spoken ? '' : undefined} aria-hidden={props.spoken ? undefined : 'true'}>
      {props.children}
    </kbd>
  )
}
