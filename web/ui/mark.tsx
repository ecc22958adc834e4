import styles from './mark.module.css'

/** A herd of six dots in a wedge. The leader is ink while all is calm and amber while someone is awaited. */
export function Mark(props: { readonly awaited: boolean; readonly size?: 'md' | 'lg' | undefined }) {
  return (
    <svg
      class={styles.mark}
      data-awaited={props.awaited}
      data-size={props.size ?? 'md'}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <circle class={styles.leader} cx="19" cy="12" r="3.4" />
      <circle cx="11.6" cy="7.9" r="2.3" opacity=".85" />
      <circle cx="11.6" cy="16.1" r="2.3" opacity=".85" />
      <circle cx="4.9" cy="4.1" r="1.7" opacity=".5" />
      <circle cx="4.9" cy="12" r="1.7" opacity=".5" />
      <circle cx="4.9" cy="19.9" r="1.7" opacity=".5" />
    </svg>
  )
}
