import { Check, CheckCheck, CircleCheck, CircleX, Clock, type IconNode } from 'lucide'
import { intentWord, type ShownIntent } from '../words/states.ts'
import { Icon } from './icon.tsx'
import styles from './intent-mark.module.css'

const intentIcons: Record<ShownIntent, IconNode> = {
  local: Clock,
  accepted: Check,
  delivered: CheckCheck,
  done: CircleCheck,
  refused: CircleX,
}

/** Where an intent stands, as icon and word. */
export function IntentMark(props: { readonly state: ShownIntent; readonly phone: boolean }) {
  return (
    <span class={styles.intent} data-state={props.state}>
      <Icon of={intentIcons[props.state]} size="sm" />
      {intentWord(props.state, props.phone)}
    </span>
  )
}
