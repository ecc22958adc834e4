import { Link as LinkIcon } from 'lucide'
import { For, Show, createEffect, createSignal, on } from 'solid-js'
import { z } from 'zod'
import { canGrant } from '#shared/domain/policies.ts'
import { Role, roles } from '#shared/domain/team.ts'
import { Nothing, request } from '../../state/account-api.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { roleMeanings, roleWords } from '../../words/auth.ts'
import { teamWords } from '../../words/settings.ts'
import { CopyButton } from './copy-button.tsx'
import { Problem, RemoteView, Section, useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'

const Invitation = z.object({
  id: z.string(),
  role: Role,
  invitedBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  url: z.string(),
})
type Invitation = z.infer<typeof Invitation>
const Invitations = z.object({ invitations: z.array(Invitation) })

export function InvitationList() {
  const workspace = useWorkspace()
  const path = () => `/teams/${workspace.teamId}/invitations`
  const remote = useRemote(Invitations, path)
  const data = useTeamData()
  // Somebody who joins uses one up.
  createEffect(
    on(
      () => data.members.all().length,
      () => void remote.reload(),
      { defer: true },
    ),
  )
  const [inviting, setInviting] = createSignal(false)
  const [revoking, setRevoking] = createSignal<Invitation>()
  const action = useAction()
  const handleRevoke = async (invitation: Invitation): Promise<void> => {
    const done = await action.run(request(Nothing, 'DELETE', `${path()}/${invitation.id}`))
    if (done !== undefined) await remote.reload()
  }
  return (
    <Section
      title={teamWords.invitations}
      text={teamWords.invitationsText}
      action={
        <Button size="lg" tone="ink" onClick={() => setInviting(true)}>
          {teamWords.invite}
        </Button>
      }
    >
      <Problem text={action.problem()} />
      <RemoteView of={remote} rows={1}>
        {(known) => (
          <Show when={known().invitations.length > 0} fallback={<p class={styles.empty}>{teamWords.noInvitations}</p>}>
            <ul class={styles.rows}>
              <For each={known().invitations}>
                {(invitation) => (
                  <li class={styles.row}>
                    <Icon of={LinkIcon} />
                    <div class={styles.rowMain}>
                      <span class={styles.rowTitle}>{roleWords[invitation.role]}</span>
                      <span class={styles.rowMeta}>
                        {`${teamWords.invitedBy(invitation.invitedBy)} · `}
                        <Time at={invitation.createdAt} form="when" />
                        {` · ${teamWords.ends} `}
                        {new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(
                          invitation.expiresAt,
                        )}
                      </span>
                    </div>
                    <div class={styles.rowActions}>
                      <CopyButton words={teamWords.copyLink} text={invitation.url} />
                      <Button disabled={action.busy()} onClick={() => setRevoking(invitation)}>
                        {teamWords.revoke}
                      </Button>
                    </div>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </RemoteView>
      <Show when={inviting()}>
        <InviteDialog path={path()} onClose={() => setInviting(false)} onMade={() => void remote.reload()} />
      </Show>
      <Show when={revoking()} keyed>
        {(invitation) => (
          <ConfirmDialog
            open
            onOpenChange={() => setRevoking(undefined)}
            title={teamWords.revokeTitle}
            description={teamWords.revokeText}
            confirm={teamWords.revoke}
            tone="danger"
            onConfirm={() => void handleRevoke(invitation)}
          />
        )}
      </Show>
    </Section>
  )
}

function InviteDialog(props: { readonly path: string; readonly onClose: () => void; readonly onMade: () => void }) {
  const data = useTeamData()
  const [role, setRole] = createSignal<Role>('member')
  const [made, setMade] = createSignal<Invitation>()
  const action = useAction()
  const choices = () =>
    roles
      .filter((to) => canGrant(data.me()?.role, 'viewer', to))
      .map((to) => ({ value: to, label: roleWords[to], hint: roleMeanings[to] }))
  const handleCreate = async (): Promise<void> => {
    const invitation = await action.run(request(Invitation, 'POST', props.path, { role: role() }))
    if (invitation === undefined) return
    setMade(invitation)
    props.onMade()
  }
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={teamWords.inviteTitle}
      description={made() === undefined ? teamWords.inviteText : teamWords.linkReady}
      footer={
        <Show
          when={made()}
          fallback={
            <Button size="lg" tone="ink" disabled={action.busy()} onClick={() => void handleCreate()}>
              {teamWords.createLink}
            </Button>
          }
        >
          {(invitation) => <CopyButton words={teamWords.copyLink} text={invitation().url} />}
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <>
            <Select label={teamWords.inviteAs} choices={choices()} value={role()} onChange={setRole} />
            <Problem text={action.problem()} />
          </>
        }
      >
        {(invitation) => (
          <code class={styles.code} aria-label={teamWords.link}>
            {invitation().url}
          </code>
        )}
      </Show>
    </Dialog>
  )
}
