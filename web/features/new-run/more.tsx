import { ChevronRight } from 'lucide'
import { Show } from 'solid-js'
import { titleLimit } from '#shared/domain/run.ts'
import { TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Switch } from '../../ui/switch.tsx'
import { newRunWords } from '../../words/new-run.ts'
import type { FormErrors, NewRunForm } from './form.ts'
import styles from './new-run-page.module.css'

/** What most runs leave as it is: name, budget, and whether the workspace is kept. */
export function More(props: {
  readonly form: NewRunForm
  readonly onChange: (changed: Partial<NewRunForm>) => void
  readonly errors: FormErrors
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  /** Its agent calls a model, which costs something. */
  readonly spends: boolean
  /** What the team has set, in words. */
  readonly teamBudget: string | undefined
}) {
  return (
    <details class={styles.more} open={props.open} onToggle={(event) => props.onOpen(event.currentTarget.open)}>
      <summary class={styles.summary}>
        <Icon of={ChevronRight} size="sm" />
        {newRunWords.more}
      </summary>
      <div class={styles.inside}>
        <TextInput
          label={newRunWords.name}
          optional
          value={props.form.title}
          onChange={(title) => props.onChange({ title })}
          limit={titleLimit}
          hint={newRunWords.nameHint}
          error={props.errors.title}
        />
        <Show when={props.spends}>
          <TextInput
            label={newRunWords.budget}
            optional
            inputmode="decimal"
            value={props.form.budget}
            onChange={(budget) => props.onChange({ budget })}
            hint={newRunWords.budgetHint(props.teamBudget)}
            error={props.errors.budget}
            autocomplete="off"
          />
        </Show>
        <Switch
          label={newRunWords.keep}
          hint={props.form.keep ? newRunWords.keepHint : newRunWords.keepNotHint}
          checked={props.form.keep}
          onChange={(keep) => props.onChange({ keep })}
        />
      </div>
    </details>
  )
}
