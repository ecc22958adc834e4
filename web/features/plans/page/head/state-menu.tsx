import { Show } from 'solid-js'
import { planStates, type Plan } from '#shared/domain/plan.ts'
import { Chip } from '../../../../ui/chip.tsx'
import { Select } from '../../../../ui/select.tsx'
import { planWords } from '../../../../words/plan.ts'
import { planStateWords } from '../../../../words/plans.ts'
import type { PlanActs } from '../../acts/plan-acts.ts'
import { PlanStateGlyph } from '../../list/plan-state-glyph.tsx'
import styles from './plan-head.module.css'

/** How far the plan is, and the way to say so; a plain word for whoever may only read. */
export function StateMenu(props: { readonly plan: Plan; readonly acts: PlanActs }) {
  return (
    <Show when={props.acts.mayEdit()} fallback={<Chip>{planStateWords[props.plan.state]}</Chip>}>
      <span class={styles.state}>
        <Select
          label={planWords.state}
          labelHidden
          choices={planStates.map((state) => ({ value: state, label: planStateWords[state] }))}
          value={props.plan.state}
          tile={(choice) => <PlanStateGlyph state={choice.value} size="sm" decorative />}
          onChange={(state) => void props.acts.setState(props.plan, state)}
        />
      </span>
    </Show>
  )
}
