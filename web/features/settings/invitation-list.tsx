import { Link as LinkIcon } from 'lucide'
import { Show, createEffect, createSignal, on } from 'solid-js'
import { z } from 'zod'
import { canGrant } from '#shared/domain/policies.ts'
import { Role, roles } from '#shared/domain/team.ts'
import { request } from '../../state/account-api.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { roleMeanings, roleWords } from '../../words/auth.ts'
import { teamWords } from '../../words/settings.ts'
import { RevocableList } from './revocable-list.tsx'
import { Problem, useAction, useRemote } from './section.tsx'
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
const Invitations = z
  .object({ invitations: z.array(Invitation) })
  .transform(({ invitations }): readonly Invitation[] => invitations)

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
  return (
    <RevocableList
      title={teamWords.invitations}
      text={teamWords.invitationsText}
      icon={LinkIcon}
      path={path()}
      of={remote}
      none={teamWords.noInvitations}
      make={teamWords.invite}
      maker={(dialog) => <InviteDialog path={path()} {...dialog} />}
      actions={(invitation) => <CopyButton look="words" label={teamWords.copyLink} text={invitation.url} />}
      revoke={{
        word: teamWords.revoke,
        label: (invitation) => teamWords.revokeLabel(roleWords[invitation.role], invitation.invitedBy),
        title: () => teamWords.revokeTitle,
        text: teamWords.revokeText,
      }}
    >
      {(invitation) => (
        <>
          <span class={styles.rowTitle}>{roleWords[invitation.role]}</span>
          <span class={styles.rowMeta}>
            {`${teamWords.invitedBy(invitation.invitedBy)} · `}
            <Time at={invitation.createdAt} form="when" />
            {` · ${teamWords.ends(invitation.expiresAt)}`}
          </span>
        </>
      )}
    </RevocableList>
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
          {(invitation) => <CopyButton look="words" label={teamWords.copyLink} text={invitation().url} />}
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
