import { Link } from '@tanstack/solid-router'
import { KeyRound } from 'lucide'
import { For, Show, createMemo, createUniqueId, type Accessor } from 'solid-js'
import { z } from 'zod'
import { ModelEffort, type SandboxKind } from '#shared/domain/harness.ts'
import { objectionTo } from '#shared/domain/team-agents.ts'
import { createRows } from '../../state/rows.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { AgentTile } from '../../ui/avatar.tsx'
import { Banner } from '../../ui/banner.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Select, type Choice } from '../../ui/select.tsx'
import { agentWords } from '../../words/agents.ts'
import { newRunWords } from '../../words/new-run.ts'
import { anyHost, type AgentChoice } from './choices.ts'
import type { FormErrors, ModelChoice } from './form.ts'
import { effortsOf, modelsFor, offersFor } from '../../state/models.ts'
import { listedModels, missingCredential, modelChoices, otherModel, ownModel } from './models.ts'
import styles from './new-run-page.module.css'

/** A row of the team's secrets, as far as it says what it is for. */
const SecretRow = z.looseObject({ kind: z.string() })

/** Who does the work: the agent, its model and how hard that thinks, and the machine. */
export function Who(props: {
  readonly agents: readonly AgentChoice[]
  readonly agent: string
  readonly onAgent: (agent: string) => void
  readonly hosts: readonly Choice[]
  /** Empty: any machine. */
  readonly host: string
  readonly onHost: (host: string) => void
  readonly sandbox: SandboxKind
  readonly model: ModelChoice
  readonly onModel: (model: ModelChoice) => void
  readonly errors: FormErrors
  /** Nothing is said of machines before the team's rows are here. */
  readonly told: (hint: string | undefined) => string | undefined
}) {
  const data = useTeamData()
  const secrets = createRows(useWorkspace(), 'secret/', SecretRow)
  const team = () => data.team.value
  const offers = createMemo(() =>
    offersFor(data.runners.all(), { harness: props.agent, host: props.host, sandbox: props.sandbox }),
  )
  const models = createMemo(() => modelsFor(offers(), team(), props.agent))
  const efforts = createMemo(() => effortsOf(models(), team(), props.agent, props.model.id))
  const missing = createMemo(() =>
    secrets.loaded() ? missingCredential(offers(), props.sandbox, new Set(secrets.all().map(({ kind }) => kind))) : [],
  )
  return (
    <>
      <div class={styles.pair}>
        <Select
          label={newRunWords.agent}
          choices={props.agents}
          value={props.agent}
          onChange={props.onAgent}
          hint={props.told(props.agents.find((choice) => choice.value === props.agent)?.hint)}
          error={props.errors.harness}
          tile={(choice) => (
            <AgentTile
              letters={props.agents.find((known) => known.value === choice.value)?.letters ?? choice.label.slice(0, 2)}
            />
          )}
        />
        <Select
          label={newRunWords.host}
          choices={props.hosts}
          value={props.host === '' ? anyHost : props.host}
          onChange={(chosen) => props.onHost(chosen === anyHost ? '' : chosen)}
          hint={props.told(
            props.hosts.find((choice) => choice.value === (props.host === '' ? anyHost : props.host))?.hint,
          )}
        />
      </div>
      <Show when={models().length > 0 || props.model.id !== ''}>
        <div class={styles.pair}>
          <ModelField {...props} models={models} />
          <Show when={efforts().length > 0}>
            <Select
              label={newRunWords.model.effort}
              choices={[
                { value: ownModel, label: newRunWords.model.ownEffort },
                ...efforts().map((effort) => ({ value: effort, label: newRunWords.model.efforts[effort] })),
              ]}
              value={efforts().find((effort) => effort === props.model.effort) ?? ownModel}
              onChange={(chosen) => props.onModel({ ...props.model, effort: ModelEffort.safeParse(chosen).data ?? '' })}
            />
          </Show>
        </div>
      </Show>
      <Show when={missing().length > 0}>
        <Banner icon={KeyRound}>
          {newRunWords.needsCredential(
            props.agents.find(({ value }) => value === props.agent)?.label ?? props.agent,
            missing().map((kind) => agentWords.credentials[kind]),
          )}{' '}
          <Link to="/settings/$section" params={{ section: 'agents' }}>
            {newRunWords.toAgents}
          </Link>
        </Banner>
      </Show>
    </>
  )
}

/** A list of a few models, or a field that finds among many; both take a model that no machine has named, where the team allows any. */
function ModelField(props: {
  readonly agent: string
  readonly model: ModelChoice
  readonly onModel: (model: ModelChoice) => void
  readonly models: Accessor<readonly { readonly id: string; readonly name: string }[]>
  readonly errors: FormErrors
}) {
  const data = useTeamData()
  const listId = createUniqueId()
  const choices = createMemo(() => modelChoices(props.models(), data.team.value, props.agent, props.model.id))
  const isListed = () => props.model.id !== '' && props.models().some(({ id }) => id === props.model.id)
  const isOther = () => props.model.other === true || (props.model.id !== '' && !isListed())
  const objection = () =>
    props.errors.models ?? objectionTo(data.team.value, { harness: props.agent, model: props.model.id || undefined })
  return (
    <Show
      when={props.models().length <= listedModels}
      fallback={
        <div>
          <TextInput
            label={newRunWords.model.label}
            optional
            list={listId}
            value={props.model.id}
            onChange={(id) => props.onModel({ ...props.model, id })}
            limit={200}
            hint={
              choices()[0]?.hint === undefined
                ? newRunWords.model.find
                : `${newRunWords.model.find} ${choices()[0]?.hint}`
            }
            error={objection()}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <datalist id={listId}>
            <For each={props.models()}>{(model) => <option value={model.id}>{model.name}</option>}</For>
          </datalist>
        </div>
      }
    >
      <Select
        label={newRunWords.model.label}
        choices={choices()}
        value={isOther() ? otherModel : props.model.id === '' ? ownModel : props.model.id}
        onChange={(chosen) =>
          props.onModel(
            chosen === otherModel
              ? { ...props.model, id: '', other: true }
              : { effort: props.model.effort, id: chosen === ownModel ? '' : chosen },
          )
        }
        hint={choices().find(({ value }) => value === (props.model.id === '' && !isOther() ? ownModel : ''))?.hint}
      />
      <Show when={isOther()}>
        <TextInput
          label={newRunWords.model.id}
          value={props.model.id}
          onChange={(id) => props.onModel({ ...props.model, id })}
          limit={200}
          hint={newRunWords.model.otherHint}
          error={objection()}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
      </Show>
    </Show>
  )
}
