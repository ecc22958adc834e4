import { ChevronRight } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import { callsNoModel } from '#shared/domain/budget.ts'
import { HarnessId, type HarnessOffer } from '#shared/domain/harness.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import { allowedModelsLimit, isSwitchedOff, ruleOf } from '#shared/domain/team-agents.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { AgentTile } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { TextArea, TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Switch } from '../../ui/switch.tsx'
import { agentWords } from '../../words/agents.ts'
import { settingsWords } from '../../words/settings.ts'
import { Problem, Saved, Section } from './section.tsx'
import styles from './settings.module.css'
import { useChange } from './use-change.ts'

/** What the team's machines can start, and what of it the team uses. */
export function AgentsSection() {
  const data = useTeamData()
  const manages = () => canManageTeam(data.me()?.role)
  const agents = createMemo(() => {
    const offers = Map.groupBy(
      data.runners.all().flatMap((runner) => runner.harnesses),
      ({ id }) => id,
    )
    // One that no machine offers any more can still be switched on again.
    for (const { harness } of data.team.value?.harnessRules ?? []) if (!offers.has(harness)) offers.set(harness, [])
    return [...offers].map(([id, of]) => ({ id, offers: of })).toSorted((a, b) => a.id.localeCompare(b.id))
  })
  const ids = createMemo(() => agents().map(({ id }) => id))
  const offersOf = (id: string): readonly HarnessOffer[] => agents().find((agent) => agent.id === id)?.offers ?? []
  return (
    <Section
      title={agentWords.title}
      text={manages() ? agentWords.text : `${agentWords.text} ${agentWords.onlyAdmins}`}
    >
      <Show
        when={ids().length > 0}
        fallback={
          <Show when={data.runners.loaded()}>
            <p class={styles.empty}>{agentWords.none}</p>
          </Show>
        }
      >
        <div class={styles.cards}>
          <For each={ids()}>{(id) => <AgentCard id={id} offers={offersOf(id)} manages={manages()} />}</For>
        </div>
      </Show>
    </Section>
  )
}

function AgentCard(props: {
  readonly id: HarnessId
  readonly offers: readonly HarnessOffer[]
  readonly manages: boolean
}) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const change = useChange()
  const about = () => data.harness(props.id)
  const off = () => isSwitchedOff(data.team.value, props.id)
  const rule = () => ruleOf(data.team.value, props.id)
  const isDefault = () => data.team.value?.defaultHarness === props.id
  const summary = () => agentWords.summary(rule()?.models?.length, rule()?.defaultModel)
  const known = () => !props.manages || data.team.value === undefined
  return (
    <article class={styles.runner} aria-label={about().name}>
      <header class={styles.runnerHead}>
        <AgentTile letters={about().letters} />
        <h3>{about().name}</h3>
      </header>
      <p class={styles.rowMeta}>{factsOf(props.offers)}</p>
      <Switch
        label={agentWords.use(about().name)}
        checked={!off()}
        disabled={known()}
        onChange={(on) => void change.run(workspace.mutate.setHarness({ harness: props.id, on }))}
      />
      <Show when={!off()}>
        <Switch
          label={agentWords.makeDefault}
          checked={isDefault()}
          disabled={known()}
          onChange={(chosen) => void change.run(workspace.mutate.setHarness({ harness: props.id, isDefault: chosen }))}
        />
        <Show when={!callsNoModel(props.id)}>
          <Show when={props.manages} fallback={<p class={styles.rowMeta}>{summary()}</p>}>
            <details>
              <summary class={styles.summary}>
                <Icon of={ChevronRight} size="sm" />
                {agentWords.settings(about().name)} <span class={styles.rowMeta}>{summary()}</span>
              </summary>
              <ModelsForm id={props.id} offers={props.offers} />
            </details>
          </Show>
        </Show>
      </Show>
      <Problem text={change.problem()} />
    </article>
  )
}

function ModelsForm(props: { readonly id: HarnessId; readonly offers: readonly HarnessOffer[] }) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const change = useChange()
  const rule = () => ruleOf(data.team.value, props.id)
  const [typedModels, setTypedModels] = createSignal<string>()
  const [typedDefault, setTypedDefault] = createSignal<string>()
  const models = () => typedModels() ?? (rule()?.models ?? []).join('\n')
  const first = () => typedDefault() ?? rule()?.defaultModel ?? ''
  const listId = () => `models-${props.id}`
  const offered = createMemo(() => [
    ...new Map(props.offers.flatMap((offer) => offer.models ?? []).map((model) => [model.id, model])).values(),
  ])

  const handleSubmit = (event: Event): void => {
    event.preventDefault()
    const wanted = [
      ...new Set(
        models()
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      ),
    ]
    const chosen = first().trim()
    if (wanted.length > allowedModelsLimit) return change.object(agentWords.modelsMany(allowedModelsLimit))
    if ([...wanted, chosen].some((id) => id.length > 200)) return change.object(agentWords.modelLong)
    if (chosen !== '' && wanted.length > 0 && !wanted.includes(chosen)) return change.object(agentWords.notAllowed)
    void change
      .run(
        workspace.mutate.setHarness({
          harness: props.id,
          models: wanted.length === 0 ? null : wanted,
          defaultModel: chosen === '' ? null : chosen,
        }),
      )
      .then((done) => {
        if (!done) return
        setTypedModels(undefined)
        setTypedDefault(undefined)
      })
  }

  return (
    <form class={styles.form} onSubmit={handleSubmit} onInput={change.reset} noValidate>
      <TextInput
        label={agentWords.defaultModel}
        hint={agentWords.defaultModelHint}
        optional
        list={listId()}
        value={first()}
        onChange={setTypedDefault}
        limit={200}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <datalist id={listId()}>
        <For each={offered()}>{(model) => <option value={model.id}>{model.name}</option>}</For>
      </datalist>
      <TextArea
        label={agentWords.models}
        hint={agentWords.modelsHint}
        optional
        mono
        rows={3}
        value={models()}
        onChange={setTypedModels}
        autocapitalize="off"
        spellcheck={false}
      />
      <Problem text={change.problem()} />
      <div class={styles.actions}>
        <Button type="submit" size="lg">
          {settingsWords.save}
        </Button>
        <Saved text={change.saved() ? settingsWords.saved : undefined} />
      </div>
    </form>
  )
}

/** Versions, places and keys, as one line. */
function factsOf(offers: readonly HarnessOffer[]): string {
  const usable = offers.filter(({ unavailable }) => unavailable === undefined)
  const versions = [...new Set(usable.flatMap(({ version }) => version ?? []))]
  const sandboxes = [...new Set(usable.flatMap((offer) => offer.sandboxes))]
  const takes = [...new Set(usable.flatMap((offer) => offer.takes ?? []))]
  const signedIn = usable.some((offer) => (offer.signedIn ?? []).length > 0)
  if (usable.length === 0) return offers[0]?.unavailable ?? agentWords.unavailable
  return [
    versions.length === 0 ? undefined : agentWords.version(versions.join(', ')),
    agentWords.where(sandboxes.map((kind) => agentWords.sandboxNames[kind]).join(agentWords.and)),
    takes.length === 0 ? agentWords.needsNothing : agentWords.needs(takes.map((kind) => agentWords.credentials[kind])),
    signedIn ? agentWords.signedIn : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
}
