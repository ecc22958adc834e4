import { For } from 'solid-js'
import { modelEfforts } from '#shared/domain/harness.ts'
import { actionKinds, autonomies, terminalAutonomies } from '#shared/domain/profile.ts'
import { TextArea, TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { Section } from '../section.tsx'
import styles from './profiles.module.css'
import type { ProfileDraft, ProfileErrors } from './profile-form.ts'

type Fields = {
  readonly draft: ProfileDraft
  readonly errors: ProfileErrors
  readonly disabled: boolean
  readonly onChange: (changed: Partial<ProfileDraft>) => void
}

/** Each kind of action, with how far the agent may go by itself. */
export function AutonomyFields(props: Fields) {
  return (
    <Section title={profileWords.may}>
      <div class={styles.kinds}>
        <For each={actionKinds}>
          {(kind) => (
            <Select
              label={profileWords.kinds[kind].label}
              hint={profileWords.kinds[kind].hint}
              choices={autonomies.map((value) => ({
                value,
                label: profileWords.autonomy[value],
                hint: profileWords.autonomyMeanings[value],
              }))}
              value={props.draft.autonomy[kind]}
              disabled={props.disabled}
              onChange={(value) => props.onChange({ autonomy: { ...props.draft.autonomy, [kind]: value } })}
            />
          )}
        </For>
        <Select
          label={profileWords.terminalLabel}
          hint={profileWords.terminalMeanings[props.draft.terminalWrites]}
          choices={terminalAutonomies.map((value) => ({
            value,
            label: profileWords.terminal[value],
            hint: profileWords.terminalMeanings[value],
          }))}
          value={props.draft.terminalWrites}
          disabled={props.disabled}
          onChange={(terminalWrites) => props.onChange({ terminalWrites })}
        />
      </div>
    </Section>
  )
}

export function CommandFields(props: Fields) {
  return (
    <Section title={profileWords.lists} text={profileWords.listsText}>
      <div class={styles.fields}>
        <List {...props} field="commandAllow" label={profileWords.commandAllow} />
        <List {...props} field="commandDeny" label={profileWords.commandDeny} hint={profileWords.commandDenyHint} />
        <Select
          label={profileWords.denied}
          hint={profileWords.deniedMeanings[props.draft.denied]}
          choices={(['ask', 'deny'] as const).map((value) => ({
            value,
            label: profileWords.deniedWays[value],
            hint: profileWords.deniedMeanings[value],
          }))}
          value={props.draft.denied}
          disabled={props.disabled}
          onChange={(denied) => props.onChange({ denied })}
        />
      </div>
    </Section>
  )
}

export function OtherFields(props: Fields) {
  return (
    <>
      <Section title={profileWords.files} text={profileWords.filesText}>
        <div class={styles.fields}>
          <List {...props} field="protectedPaths" label={profileWords.protectedPaths} />
        </div>
      </Section>
      <Section title={profileWords.mcp} text={profileWords.mcpText}>
        <div class={styles.fields}>
          <List {...props} field="mcpAllow" label={profileWords.mcpAllow} />
          <List {...props} field="mcpDeny" label={profileWords.mcpDeny} />
        </div>
      </Section>
      <Section title={profileWords.alone}>
        <div class={styles.fields}>
          <Switch
            label={profileWords.runToEnd}
            hint={profileWords.runToEndHint}
            checked={props.draft.runToEnd}
            disabled={props.disabled}
            onChange={(runToEnd) => props.onChange({ runToEnd })}
          />
          <TextInput
            label={profileWords.expires}
            hint={profileWords.expiresHint}
            error={props.errors.expires}
            inputMode="numeric"
            autocomplete="off"
            value={props.draft.expires}
            disabled={props.disabled}
            onChange={(expires) => props.onChange({ expires })}
          />
        </div>
      </Section>
      <Section title={profileWords.model} text={profileWords.modelText}>
        <div class={styles.fields}>
          <TextInput
            label={profileWords.modelLabel}
            optional
            error={props.errors.model}
            limit={200}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={props.draft.model}
            disabled={props.disabled}
            onChange={(model) => props.onChange({ model })}
          />
          <Select
            label={profileWords.effort}
            choices={[
              { value: '' as const, label: profileWords.effortDefault },
              ...modelEfforts.map((value) => ({ value, label: profileWords.efforts[value] })),
            ]}
            value={props.draft.effort}
            disabled={props.disabled}
            onChange={(effort) => props.onChange({ effort })}
          />
        </div>
      </Section>
    </>
  )
}

function List(
  props: Fields & {
    readonly field: 'commandAllow' | 'commandDeny' | 'mcpAllow' | 'mcpDeny' | 'protectedPaths'
    readonly label: string
    readonly hint?: string | undefined
  },
) {
  return (
    <TextArea
      label={props.label}
      hint={props.hint}
      error={props.errors[props.field]}
      mono
      rows={4}
      value={props.draft[props.field]}
      disabled={props.disabled}
      onChange={(text) => props.onChange({ [props.field]: text })}
      autocapitalize="off"
      autocomplete="off"
      spellcheck={false}
    />
  )
}
