import { ChevronRight, Container, Lock, ShieldCheck, User } from 'lucide'
import { For, Show } from 'solid-js'
import type { ProfileSettings } from '#shared/domain/profile.ts'
import type { ProfileId } from '#shared/ids.ts'
import type { Profiles, ShownProfile } from '../../../state/profiles.ts'
import { Button } from '../../../ui/button.tsx'
import { Chip } from '../../../ui/chip.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { Section } from '../section.tsx'
import styles from '../settings.module.css'
import own from './profiles.module.css'

export function ProfileList(props: {
  readonly profiles: Profiles
  readonly mayMake: boolean
  readonly onOpen: (id: ProfileId) => void
  readonly onNew: (copyOf: ProfileSettings) => void
}) {
  const create = (): void => {
    const start = props.profiles.taken()
    if (start !== undefined) props.onNew({ ...start, name: '' })
  }
  return (
    <Section
      title={profileWords.title}
      text={profileWords.text}
      action={
        <Show when={props.mayMake}>
          <Button size="lg" onClick={create}>
            {profileWords.new}
          </Button>
        </Show>
      }
    >
      <ul class={styles.rows}>
        <For each={props.profiles.all()}>
          {(profile) => (
            <li class={own.item}>
              <button
                type="button"
                class={own.open}
                aria-label={profileWords.open(profile.name)}
                onClick={() => props.onOpen(profile.id)}
              >
                <Icon of={iconOf(profile)} />
                <span class={styles.rowMain}>
                  <span class={styles.rowTitle}>
                    {profile.name}
                    <Show when={props.profiles.teamDefault()?.id === profile.id}>
                      <Chip>{profileWords.teamDefault}</Chip>
                    </Show>
                    <Show when={props.profiles.ownDefault() === profile.id}>
                      <Chip>{profileWords.ownDefault}</Chip>
                    </Show>
                  </span>
                  <span class={styles.rowMeta}>
                    {whose(profile)} ·{' '}
                    {profileWords.summary(profile.autonomy.commands, profile.autonomy.edits, profile.autonomy.web)}
                    <Show when={profile.runToEnd}> · {profileWords.runsToEnd}</Show>
                  </span>
                </span>
                <Icon of={ChevronRight} size="sm" />
              </button>
            </li>
          )}
        </For>
      </ul>
    </Section>
  )
}

export function whose(profile: Pick<ShownProfile, 'whose' | 'row'>): string {
  if (profile.whose === 'builtin') return profile.row === undefined ? profileWords.builtin : profileWords.builtinChanged
  return profile.whose === 'own' ? profileWords.own : profileWords.team
}

function iconOf({ whose: owner, autonomy }: ShownProfile) {
  if (owner === 'own') return User
  if (autonomy.commands === 'always_allow') return Container
  return autonomy.edits === 'always_ask' ? Lock : ShieldCheck
}
