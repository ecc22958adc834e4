import { useNavigate } from '@tanstack/solid-router'
import { For, Show, createSignal } from 'solid-js'
import { canGrant } from '#shared/domain/policies.ts'
import { roles, type Member, type Role } from '#shared/domain/team.ts'
import { Nothing, request } from '../../state/account-api.ts'
import { useSession } from '../../state/session.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { roleMeanings, roleWords } from '../../words/auth.ts'
import { teamWords } from '../../words/settings.ts'
import { Problem, Section, useAction } from './section.tsx'
import styles from './settings.module.css'

/** Who is in the team, from the device's own copy; changes go to the server, which decides. */
export function MemberList() {
  const data = useTeamData()
  const workspace = useWorkspace()
  const session = useSession()
  const navigate = useNavigate()
  const action = useAction()
  const [removing, setRemoving] = createSignal<Member>()
  const [lowering, setLowering] = createSignal<Role>()
  const own = () => data.me()?.role
  const members = () => [...data.members.all()].toSorted((a, b) => a.joinedAt - b.joinedAt)
  const isMe = (member: Member) => member.userId === workspace.userId
  const teamName = () => data.team.value?.name ?? ''

  /** Roles this person may give that member; their present role is always among them. */
  const choices = (member: Member) =>
    roles
      .filter((to) => to === member.role || canGrant(own(), member.role, to) || (isMe(member) && canLower(own(), to)))
      .map((role) => ({ value: role, label: roleWords[role], hint: roleMeanings[role] }))

  const changeRole = async (member: Member, role: Role): Promise<void> => {
    await action.run(request(Nothing, 'PATCH', `/teams/${workspace.teamId}/members/${member.userId}`, { role }))
    if (isMe(member)) await session.refresh()
  }
  const handleRole = (member: Member, role: Role): void => {
    if (role === member.role) return
    if (isMe(member)) setLowering(role)
    else void changeRole(member, role)
  }
  const handleRemove = async (member: Member): Promise<void> => {
    const done = await action.run(request(Nothing, 'DELETE', `/teams/${workspace.teamId}/members/${member.userId}`))
    if (done === undefined || !isMe(member)) return
    await session.refresh()
    await navigate({ to: '/runs' })
  }

  return (
    <Section title={teamWords.members}>
      <Problem text={action.problem()} />
      <ul class={styles.rows}>
        <For each={members()}>
          {(member) => (
            <li class={styles.row}>
              <Avatar name={member.name} hue={member.hue} size="lg" decorative />
              <div class={styles.rowMain}>
                <span class={styles.rowTitle}>
                  {member.name}
                  <Show when={isMe(member)}>
                    <span class={styles.rowMeta}>{teamWords.you}</span>
                  </Show>
                </span>
                <span class={styles.rowMeta}>{member.email}</span>
              </div>
              <div class={styles.rowActions}>
                <Show
                  when={choices(member).length > 1}
                  fallback={<span class={styles.rowMeta}>{roleWords[member.role]}</span>}
                >
                  <div class={styles.roleSelect}>
                    <Select
                      label={teamWords.roleOf(member.name)}
                      labelHidden
                      choices={choices(member)}
                      value={member.role}
                      onChange={(role) => handleRole(member, role)}
                    />
                  </div>
                </Show>
                <Show when={isMe(member) || canGrant(own(), member.role, 'viewer')}>
                  <Button
                    disabled={action.busy()}
                    aria-label={isMe(member) ? undefined : teamWords.removeLabel(member.name)}
                    onClick={() => setRemoving(member)}
                  >
                    {isMe(member) ? teamWords.leave : teamWords.remove}
                  </Button>
                </Show>
              </div>
            </li>
          )}
        </For>
      </ul>
      <Show when={removing()} keyed>
        {(member) => (
          <ConfirmDialog
            open
            onOpenChange={() => setRemoving(undefined)}
            title={isMe(member) ? teamWords.leaveTitle(teamName()) : teamWords.removeTitle(member.name, teamName())}
            description={isMe(member) ? teamWords.leaveText : teamWords.removeText}
            confirm={isMe(member) ? teamWords.leave : teamWords.remove}
            tone="danger"
            onConfirm={() => void handleRemove(member)}
          />
        )}
      </Show>
      <Show when={lowering()} keyed>
        {(role) => (
          <ConfirmDialog
            open
            onOpenChange={() => setLowering(undefined)}
            title={teamWords.ownRoleTitle}
            description={teamWords.ownRoleText(roleWords[role].toLowerCase())}
            confirm={teamWords.ownRole}
            tone="danger"
            onConfirm={() => {
              const me = data.me()
              if (me !== undefined) void changeRole(me, role)
            }}
          />
        )}
      </Show>
    </Section>
  )
}

/** One may always give up rights of one's own, as long as they are those of somebody who manages. */
function canLower(own: Role | undefined, to: Role): boolean {
  return (own === 'owner' || own === 'admin') && roles.indexOf(to) > roles.indexOf(own)
}
