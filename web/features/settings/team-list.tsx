import { useNavigate } from '@tanstack/solid-router'
import { Users } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { Nothing, request } from '../../state/account-api.ts'
import { useSession } from '../../state/session.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { Chip } from '../../ui/chip.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { teamWords } from '../../words/settings.ts'
import { Problem, Section, useAction } from './section.tsx'
import styles from './settings.module.css'

const Made = z.object({ id: z.string() })

/** The teams of this person: which one is open, and a new one. */
export function TeamList() {
  const workspace = useWorkspace()
  const session = useSession()
  const navigate = useNavigate()
  const action = useAction()
  const [making, setMaking] = createSignal(false)
  const teams = () => {
    const known = session.state()
    return known.type === 'signed_in' ? known.me.teams : []
  }
  const open = async (teamId: string): Promise<void> => {
    const done = await action.run(request(Nothing, 'POST', '/me/team', { teamId }))
    if (done === undefined) return
    await session.refresh()
    await navigate({ to: '/runs' })
  }
  return (
    <Section
      title={teamWords.switchTeam}
      action={
        <Button size="lg" onClick={() => setMaking(true)}>
          {teamWords.newTeam}
        </Button>
      }
    >
      <Problem text={action.problem()} />
      <ul class={styles.rows}>
        <For each={teams()}>
          {(team) => (
            <li class={styles.row}>
              <Icon of={Users} />
              <div class={styles.rowMain}>
                <span class={styles.rowTitle}>
                  {team.name}
                  <Show when={team.id === workspace.teamId}>
                    <Chip tone="done">{teamWords.current}</Chip>
                  </Show>
                </span>
              </div>
              <Show when={team.id !== workspace.teamId}>
                <div class={styles.rowActions}>
                  <Button disabled={action.busy()} onClick={() => void open(team.id)}>
                    {teamWords.open}
                  </Button>
                </div>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={making()}>
        <NewTeam onClose={() => setMaking(false)} onMade={(id) => void open(id)} />
      </Show>
    </Section>
  )
}

function NewTeam(props: { readonly onClose: () => void; readonly onMade: (id: string) => void }) {
  const [name, setName] = createSignal('')
  const action = useAction()
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const made = await action.run(request(Made, 'POST', '/teams', { name: name() }))
    if (made === undefined) return
    props.onClose()
    props.onMade(made.id)
  }
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={teamWords.newTeamTitle}
      description={teamWords.newTeamText}
      footer={
        <Button size="lg" tone="ink" type="submit" form="new-team" disabled={action.busy()}>
          {teamWords.createTeam}
        </Button>
      }
    >
      <form id="new-team" onSubmit={(event) => void handleSubmit(event)}>
        <TextInput
          label={teamWords.name}
          limit={80}
          required
          error={action.problem()}
          value={name()}
          onChange={setName}
        />
      </form>
    </Dialog>
  )
}
