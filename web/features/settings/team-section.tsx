import { Show, createSignal } from 'solid-js'
import { canManageTeam } from '#shared/domain/policies.ts'
import { Nothing, request } from '../../state/account-api.ts'
import { useSession } from '../../state/session.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import { refusalText } from '../../state/refusal-text.ts'
import { settingsWords, teamWords } from '../../words/settings.ts'
import { InvitationList } from './invitation-list.tsx'
import { MemberList } from './member-list.tsx'
import { Problem, Saved, Section, useAction } from './section.tsx'
import styles from './settings.module.css'
import { TeamList } from './team-list.tsx'

export function TeamSection() {
  const data = useTeamData()
  const manages = () => canManageTeam(data.me()?.role)
  return (
    <>
      <Section title={teamWords.team} text={manages() ? undefined : teamWords.onlyAdmins}>
        <NameForm disabled={!manages()} />
        <LimitForm disabled={!manages()} />
        <AgentPlansSwitch disabled={!manages()} />
      </Section>
      <MemberList />
      <Show when={manages()}>
        <InvitationList />
      </Show>
      <TeamList />
    </>
  )
}

function NameForm(props: { readonly disabled: boolean }) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const session = useSession()
  const action = useAction()
  const [typed, setTyped] = createSignal<string>()
  const [saved, setSaved] = createSignal(false)
  const name = () => typed() ?? data.team.value?.name ?? ''

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const done = await action.run(request(Nothing, 'PATCH', `/teams/${workspace.teamId}`, { name: name() }))
    if (done === undefined) return
    setSaved(true)
    await session.refresh()
  }

  return (
    <form class={styles.form} onSubmit={(event) => void handleSubmit(event)} onInput={() => setSaved(false)}>
      <TextInput
        label={teamWords.name}
        name="team-name"
        autocomplete="off"
        limit={80}
        required
        disabled={props.disabled}
        value={name()}
        onChange={setTyped}
      />
      <Problem text={action.problem()} />
      <Show when={!props.disabled}>
        <div class={styles.actions}>
          <Button type="submit" size="lg" disabled={action.busy() || name() === data.team.value?.name}>
            {settingsWords.save}
          </Button>
          <Saved text={saved() ? settingsWords.saved : undefined} />
        </div>
      </Show>
    </form>
  )
}

/** Synced like any other change: it works offline, and shows in the outbox until it is sent. */
function LimitForm(props: { readonly disabled: boolean }) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const [typed, setTyped] = createSignal<string>()
  const [problem, setProblem] = createSignal<string>()
  const [saved, setSaved] = createSignal(false)
  const limit = () => typed() ?? String(data.team.value?.maxActiveRuns ?? '')

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const wanted = Number(limit())
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1000) {
      setProblem(teamWords.limitInvalid)
      return
    }
    setProblem(undefined)
    try {
      await workspace.mutate.setTeam({ maxActiveRuns: wanted })
      setSaved(true)
    } catch (error) {
      setProblem(refusalText(error))
    }
  }

  return (
    <form class={styles.form} onSubmit={(event) => void handleSubmit(event)} onInput={() => setSaved(false)} noValidate>
      <TextInput
        label={teamWords.limit}
        hint={teamWords.limitHint}
        error={problem()}
        name="limit"
        inputMode="numeric"
        autocomplete="off"
        disabled={props.disabled}
        value={limit()}
        onChange={setTyped}
      />
      <Show when={!props.disabled}>
        <div class={styles.actions}>
          <Button type="submit" size="lg" disabled={limit() === String(data.team.value?.maxActiveRuns ?? '')}>
            {settingsWords.save}
          </Button>
          <Saved text={saved() ? settingsWords.saved : undefined} />
        </div>
      </Show>
    </form>
  )
}

/** At once, and synced as the limit is. */
function AgentPlansSwitch(props: { readonly disabled: boolean }) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const [problem, setProblem] = createSignal<string>()
  const set = async (kept: boolean): Promise<void> => {
    setProblem(undefined)
    try {
      await workspace.mutate.setTeam({ agentPlans: kept ? 'kept' : 'tidied' })
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  return (
    <div>
      <Switch
        label={teamWords.agentPlans}
        hint={teamWords.agentPlansHint}
        checked={data.team.value?.agentPlans !== 'tidied'}
        // What is not known yet can't be changed.
        disabled={props.disabled || data.team.value === undefined}
        onChange={(kept) => void set(kept)}
      />
      <Problem text={problem()} />
    </div>
  )
}
