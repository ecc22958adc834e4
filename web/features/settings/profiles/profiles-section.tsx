import { Match, Show, Switch, createSignal } from 'solid-js'
import { canManageTeam, canStartRuns } from '#shared/domain/policies.ts'
import type { ProfileSettings } from '#shared/domain/profile.ts'
import type { ProfileId } from '#shared/ids.ts'
import { useProfiles } from '../../../state/profiles.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { DefaultProfiles } from './default-profiles.tsx'
import { ProfileEditor } from './profile-editor.tsx'
import { ProfileList } from './profile-list.tsx'

/** What is open: a profile, or a new one that begins as a copy. */
type Opened = { readonly id: ProfileId } | { readonly copyOf: ProfileSettings }

/** `/settings/profiles`: the list, and one at a time in its place. */
export function ProfilesSection() {
  const data = useTeamData()
  const profiles = useProfiles()
  const [opened, setOpened] = createSignal<Opened>()
  let page!: HTMLDivElement
  const existing = () => {
    const now = opened()
    return now !== undefined && 'id' in now ? profiles.get(now.id) : undefined
  }
  const copied = () => {
    const now = opened()
    return now !== undefined && 'copyOf' in now ? now.copyOf : undefined
  }
  const show = (next: Opened | undefined): void => {
    setOpened(next)
    queueMicrotask(() => {
      page.querySelector<HTMLElement>('h2')?.scrollIntoView?.({ block: 'nearest' })
      page.querySelector<HTMLElement>('input, button')?.focus()
    })
  }
  return (
    <div ref={page} style={{ display: 'contents' }}>
      <Switch
        fallback={
          <>
            <ProfileList
              profiles={profiles}
              mayMake={canStartRuns(data.me()?.role)}
              onOpen={(id) => show({ id })}
              onNew={(copyOf) => show({ copyOf })}
            />
            <DefaultProfiles profiles={profiles} manages={canManageTeam(data.me()?.role)} />
          </>
        }
      >
        <Match when={copied()} keyed>
          {(settings) => (
            <ProfileEditor
              profiles={profiles}
              start={settings}
              onDone={(id) => show(id === undefined ? undefined : { id })}
            />
          )}
        </Match>
        <Match when={existing()?.id} keyed>
          {(id) => (
            <Show when={profiles.get(id)} keyed={false}>
              {(profile) => (
                <ProfileEditor
                  profiles={profiles}
                  profile={profile()}
                  start={profile()}
                  onCopy={(copyOf) => show({ copyOf })}
                  onDone={() => show(undefined)}
                />
              )}
            </Show>
          )}
        </Match>
      </Switch>
    </div>
  )
}
