import { initials } from '#shared/domain/team.ts'
import styles from './avatar.module.css'

/** A person: round, with a hue. The name is in the tooltip and, unless it stands beside it, in the label. */
export function Avatar(props: {
  readonly name: string
  readonly hue: number
  readonly size?: 'sm' | 'md' | 'lg' | undefined
  readonly decorative?: boolean | undefined
  /** Not of the team. */
  readonly guest?: boolean | undefined
}) {
  return (
    <span
      class={styles.avatar}
      data-guest={props.guest ? '' : undefined}
      data-hue={props.hue}
      data-size={props.size ?? 'md'}
      title={props.name}
      role={props.decorative ? undefined : 'img'}
      aria-label={props.decorative ? undefined : props.name}
      aria-hidden={props.decorative ? 'true' : undefined}
    >
      {initials(props.name)}
    </span>
  )
}

/** An agent: square, ink only, two letters, which are drawn and no text. Its name always stands beside it or in `label`. */
export function AgentTile(props: {
  readonly letters: string
  readonly size?: 'sm' | 'md' | 'lg' | undefined
  readonly label?: string | undefined
}) {
  return (
    <span
      class={styles.agent}
      data-size={props.size ?? 'md'}
      title={props.label}
      role={props.label === undefined ? undefined : 'img'}
      aria-label={props.label}
      aria-hidden={props.label === undefined ? 'true' : undefined}
      data-letters={props.letters}
    />
  )
}
