import { Show, type JSX } from 'solid-js'
import type { EnvironmentProblem } from '#shared/domain/environment-check.ts'
import {
  commandsLimit,
  descriptionLimit,
  environmentNameLimit,
  repositoriesLimit,
  variablesLimit,
  type EnvironmentField,
} from '#shared/domain/environment.ts'
import { FieldGroup, TextArea, TextInput } from '../../ui/field.tsx'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { Select } from '../../ui/select.tsx'
import { environmentWords } from '../../words/environments.ts'
import { emptyRepository, filledIndex, problemOf, type EnvironmentForm } from './environment-form.ts'
import { RowFields } from './row-fields.tsx'
import styles from './environments.module.css'

const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const

/** The fields of an environment, in sections. `guided` stands between what is looked at and what is proposed. */
export function EnvironmentFields(props: {
  readonly form: EnvironmentForm
  readonly onChange: (changed: Partial<EnvironmentForm>) => void
  readonly problems: readonly EnvironmentProblem[]
  readonly guided: JSX.Element
}) {
  const words = environmentWords
  const form = () => props.form
  const whole = (field: EnvironmentField) => problemOf(props.problems, field)
  const inRow = (field: EnvironmentField, rows: readonly Record<string, string>[], n: number) =>
    problemOf(props.problems, field, filledIndex(rows, n - 1))
  return (
    <>
      <Section title={words.section.about}>
        <TextInput
          label={words.name}
          value={form().name}
          onChange={(name) => props.onChange({ name })}
          limit={environmentNameLimit}
          error={whole('name')}
          autocomplete="off"
        />
        <TextInput
          label={words.description}
          optional
          value={form().description}
          onChange={(description) => props.onChange({ description })}
          limit={descriptionLimit}
          error={whole('description')}
          autocomplete="off"
        />
      </Section>
      <Section title={words.section.code} text={words.section.codeText} error={whole('repositories')}>
        <RowFields
          rows={form().repositories}
          onChange={(repositories) => props.onChange({ repositories: [...repositories] })}
          empty={emptyRepository}
          most={repositoriesLimit}
          add={words.addRepository}
          remove={words.removeRepository}
        >
          {(row, n, change) => (
            <div class={styles.fields}>
              <TextInput
                label={words.url(n)}
                value={row().url}
                onChange={(url) => change({ url })}
                error={inRow('repositories', form().repositories, n)}
                hint={n === 1 ? words.urlHint : undefined}
                inputmode="url"
                {...plain}
              />
              <TextInput
                label={words.branch(n)}
                optional
                value={row().branch}
                onChange={(branch) => change({ branch })}
                {...plain}
              />
              <TextInput
                label={words.baseBranch(n)}
                optional
                value={row().baseBranch}
                onChange={(baseBranch) => change({ baseBranch })}
                hint={n === 1 ? words.baseBranchHint : undefined}
                {...plain}
              />
              <TextInput
                label={words.folder(n)}
                optional
                value={row().folder}
                onChange={(folder) => change({ folder })}
                {...plain}
              />
            </div>
          )}
        </RowFields>
        <TextInput
          label={words.branchPattern}
          optional
          value={form().branchPattern}
          onChange={(branchPattern) => props.onChange({ branchPattern })}
          hint={words.branchPatternHint}
          error={whole('branchPattern')}
          {...plain}
        />
      </Section>
      {props.guided}
      <Section title={words.section.setUp} text={words.section.setUpText} error={whole('setupCommands')}>
        <TextInput
          label={words.image}
          optional
          value={form().image}
          onChange={(image) => props.onChange({ image })}
          hint={words.imageHint}
          error={whole('image')}
          {...plain}
        />
        <Select
          label={words.pullPolicy}
          choices={[
            { value: 'machine' as const, label: words.pullAsMachine },
            { value: 'missing' as const, label: words.pullMissing },
            { value: 'always' as const, label: words.pullAlways, hint: words.pullAlwaysHint },
            { value: 'never' as const, label: words.pullNever, hint: words.pullNeverHint },
          ]}
          value={form().pullPolicy}
          onChange={(pullPolicy) => props.onChange({ pullPolicy })}
          error={whole('pullPolicy')}
        />
        <TextInput
          label={words.dockerfile}
          optional
          value={form().dockerfile}
          onChange={(dockerfile) => props.onChange({ dockerfile })}
          hint={form().dockerfileIn === 0 ? words.dockerfileHint : words.dockerfileOf(form().dockerfileIn + 1)}
          error={whole('dockerfile')}
          {...plain}
        />
        <RowFields
          rows={form().commands}
          onChange={(commands) => props.onChange({ commands: [...commands] })}
          empty={{ command: '', minutes: '' }}
          most={commandsLimit}
          add={words.addCommand}
          remove={words.removeCommand}
          earlier={words.earlier}
        >
          {(row, n, change) => (
            <div class={styles.fields} data-kind="command">
              <TextArea
                label={words.command(n)}
                mono
                rows={1}
                value={row().command}
                onChange={(command) => change({ command })}
                error={inRow('setupCommands', form().commands, n)}
                autocapitalize="off"
                spellcheck={false}
              />
              <TextInput
                label={words.minutes(n)}
                optional
                value={row().minutes}
                onChange={(minutes) => change({ minutes })}
                inputmode="numeric"
                {...plain}
              />
            </div>
          )}
        </RowFields>
      </Section>
      <Section title={words.section.values} text={words.variablesHint} error={whole('variables')}>
        <RowFields
          rows={form().variables}
          onChange={(variables) => props.onChange({ variables: [...variables] })}
          empty={{ name: '', value: '' }}
          most={variablesLimit}
          add={words.addVariable}
          remove={words.removeVariable}
        >
          {(row, n, change) => (
            <div class={styles.fields} data-kind="variable">
              <TextInput
                label={words.variable(n)}
                value={row().name}
                onChange={(name) => change({ name })}
                error={inRow('variables', form().variables, n)}
                {...plain}
              />
              <TextInput
                label={words.value(n)}
                value={row().value}
                onChange={(value) => change({ value })}
                {...plain}
              />
            </div>
          )}
        </RowFields>
        <RadioCards
          label={words.secrets}
          choices={[
            { value: 'all' as const, label: words.secretsAll },
            { value: 'some' as const, label: words.secretsSome },
          ]}
          value={form().secrets}
          onChange={(secrets) => props.onChange({ secrets })}
        />
        <Show when={form().secrets === 'some'}>
          <TextArea
            label={words.secretNames}
            mono
            rows={2}
            value={form().secretNames}
            onChange={(secretNames) => props.onChange({ secretNames })}
            hint={words.secretNamesHint}
            error={props.problems.find(({ field }) => field === 'secrets')?.text}
            autocapitalize="off"
            spellcheck={false}
          />
        </Show>
      </Section>
      <Section title={words.section.walls}>
        <RadioCards
          label={words.sandbox}
          choices={[
            { value: 'docker' as const, label: words.docker, hint: words.dockerHint },
            { value: 'direct' as const, label: words.direct, hint: words.directHint },
          ]}
          value={form().sandbox}
          onChange={(sandbox) => props.onChange({ sandbox })}
        />
        <RadioCards
          label={words.egress}
          choices={[
            { value: 'all' as const, label: words.egressAll, hint: words.egressAllHint },
            { value: 'hosts' as const, label: words.egressHosts, hint: words.egressHostsHint },
            { value: 'none' as const, label: words.egressNone, hint: words.egressNoneHint },
          ]}
          value={form().egress}
          onChange={(egress) => props.onChange({ egress })}
        />
        <Show when={form().egress === 'hosts'}>
          <TextArea
            label={words.hosts}
            mono
            rows={3}
            value={form().hosts}
            onChange={(hosts) => props.onChange({ hosts })}
            hint={words.hostsHint}
            autocapitalize="off"
            spellcheck={false}
          />
        </Show>
        <Show when={whole('egress')}>
          {(text) => (
            <p class={styles.said} role="alert">
              {text()}
            </p>
          )}
        </Show>
        <FieldGroup label={words.section.walls} hint={words.limitsHint} error={whole('resources')}>
          <div class={styles.fields} data-kind="limits">
            <TextInput
              label={words.memory}
              optional
              value={form().memory}
              onChange={(memory) => props.onChange({ memory })}
              inputmode="numeric"
              {...plain}
            />
            <TextInput
              label={words.cpus}
              optional
              value={form().cpus}
              onChange={(cpus) => props.onChange({ cpus })}
              inputmode="decimal"
              {...plain}
            />
            <TextInput
              label={words.pids}
              optional
              value={form().pids}
              onChange={(pids) => props.onChange({ pids })}
              inputmode="numeric"
              {...plain}
            />
          </div>
        </FieldGroup>
      </Section>
    </>
  )
}

export function Section(props: {
  readonly title: string
  readonly text?: string | undefined
  readonly error?: string | undefined
  readonly children: JSX.Element
}) {
  return (
    <section class={styles.section} aria-label={props.title}>
      <h2 class={styles.sectionTitle}>{props.title}</h2>
      <Show when={props.text}>
        <p class={styles.text}>{props.text}</p>
      </Show>
      {props.children}
      <Show when={props.error}>
        {(text) => (
          <p class={styles.said} role="alert">
            {text()}
          </p>
        )}
      </Show>
    </section>
  )
}
