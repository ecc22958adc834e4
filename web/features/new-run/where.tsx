import { ChevronRight } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on, type JSX } from 'solid-js'
import type { Environment } from '#shared/domain/environment.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { TextArea, TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { Select } from '../../ui/select.tsx'
import { environmentWords } from '../../words/environments.ts'
import { newRunWords } from '../../words/new-run.ts'
import { planCommitWords } from '../../words/plan-commit.ts'
import { ownPlace, repositoryLimit, type FormErrors, type NewRunForm } from './form.ts'
import styles from './new-run-page.module.css'

/** A select knows no empty value. */
const none = '*'

/** Where the run is worked in: an environment, or a repository and commands of its own; and in which sandbox. */
export function Where(props: {
  readonly form: NewRunForm
  readonly onChange: (changed: Partial<NewRunForm>) => void
  readonly errors: FormErrors
  readonly environments: readonly Environment[]
  readonly sandbox: SandboxKind
  readonly sandboxes: ReadonlySet<SandboxKind>
  /** The text of a plan goes to the repository. */
  readonly commits: boolean
}) {
  const words = environmentWords.picker
  const chosen = createMemo(() => props.environments.find(({ id }) => id === props.form.environment))
  const choices = createMemo(() => [
    { value: none, label: words.none, hint: words.noneHint },
    ...props.environments.map(({ id, spec }) => ({
      value: id,
      label: spec.name,
      hint: words.hint(spec.image, spec.repositories.length, spec.setupCommands.length),
    })),
  ])
  const hint = (): string | undefined => {
    const one = chosen()
    if (one === undefined) return props.form.environment === '' ? undefined : words.gone
    const { image, repositories, setupCommands } = one.spec
    const failed = one.test?.state === 'failed' ? ` ${words.failedTest}` : ''
    return `${words.hint(image, repositories.length, setupCommands.length)}${failed}`
  }
  const choose = (value: string): void => {
    const spec = props.environments.find(({ id }) => id === value)?.spec
    props.onChange({
      environment: spec === undefined ? '' : value,
      override: false,
      ...(spec?.sandbox === undefined ? {} : { sandbox: spec.sandbox }),
    })
  }
  return (
    <>
      <Show when={props.environments.length > 0 || props.form.environment !== ''}>
        <Select label={words.label} choices={choices()} value={chosen()?.id ?? none} onChange={choose} hint={hint()} />
      </Show>
      <Show
        when={props.form.environment === ''}
        fallback={
          <Folded
            title={words.override}
            open={props.form.override}
            onToggle={(override) => props.onChange({ override })}
          >
            <p class={styles.hint}>{words.overrideHint}</p>
            <Place {...props} />
            <Commands {...props} />
          </Folded>
        }
      >
        <Place {...props} />
      </Show>
      <RadioCards
        label={newRunWords.sandbox}
        choices={[
          {
            value: 'docker' as const,
            label: newRunWords.docker,
            hint: props.sandboxes.has('docker') ? newRunWords.dockerRisk : newRunWords.sandboxMissing.docker,
            disabled: !props.sandboxes.has('docker'),
          },
          {
            value: 'direct' as const,
            label: newRunWords.direct,
            hint: props.sandboxes.has('direct') ? newRunWords.directRisk : newRunWords.sandboxMissing.direct,
            disabled: !props.sandboxes.has('direct'),
          },
        ]}
        value={props.sandbox}
        onChange={(sandbox) => props.onChange({ sandbox })}
      />
      <Show when={ownPlace(props.form) && props.form.environment === ''}>
        <OwnCommands {...props} />
      </Show>
    </>
  )
}

type PlaceProps = {
  readonly form: NewRunForm
  readonly onChange: (changed: Partial<NewRunForm>) => void
  readonly errors: FormErrors
  readonly commits: boolean
}

function Place(props: PlaceProps) {
  return (
    <div class={styles.pair} data-wide-first="">
      <TextInput
        label={newRunWords.repository}
        optional={!props.commits}
        value={props.form.repository}
        onChange={(repository) => props.onChange({ repository })}
        limit={repositoryLimit}
        hint={props.commits ? planCommitWords.repositoryHint : newRunWords.repositoryHint}
        error={props.errors.repository}
        inputmode="url"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <TextInput
        label={newRunWords.branch}
        optional
        value={props.form.branch}
        onChange={(branch) => props.onChange({ branch })}
        hint={props.commits ? planCommitWords.fromHint : newRunWords.branchHint}
        error={props.errors.branch}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </div>
  )
}

function Commands(props: PlaceProps) {
  return (
    <TextArea
      label={newRunWords.setup}
      optional
      mono
      rows={3}
      value={props.form.setup}
      onChange={(setup) => props.onChange({ setup })}
      hint={newRunWords.setupHint}
      error={props.errors.setup}
      autocapitalize="off"
      spellcheck={false}
    />
  )
}

/** Out of sight until there are some, or one of them is wrong. */
function OwnCommands(props: PlaceProps) {
  const [open, setOpen] = createSignal(false)
  const wanted = createMemo(() => props.errors.setup !== undefined || props.form.setup !== '')
  createEffect(on(wanted, (now) => now && setOpen(true)))
  return (
    <Folded title={newRunWords.setup} open={open()} onToggle={setOpen}>
      <Commands {...props} />
    </Folded>
  )
}

function Folded(props: {
  readonly title: string
  readonly open: boolean
  readonly onToggle: (open: boolean) => void
  readonly children: JSX.Element
}) {
  return (
    <details
      class={styles.more}
      open={props.open}
      onToggle={(event) => {
        if (event.currentTarget.open !== props.open) props.onToggle(event.currentTarget.open)
      }}
    >
      <summary class={styles.summary}>
        <Icon of={ChevronRight} size="sm" />
        {props.title}
      </summary>
      <div class={styles.inside}>{props.children}</div>
    </details>
  )
}
