import { For, Show } from 'solid-js'
import type { ProfileChange } from '#shared/domain/profile.ts'
import { harnessGaps } from '#shared/permission/harness-gaps.ts'
import { keys } from '#sync/core/keys.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Time } from '../../../ui/time.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { runWords } from '../../../words/run.ts'
import { Section } from '../section.tsx'
import settings from '../settings.module.css'
import styles from './profiles.module.css'

/** Who changed what when: the newest changes, as the profile keeps them. */
export function ProfileHistory(props: { readonly history: readonly ProfileChange[] }) {
  const data = useTeamData()
  return (
    <Section title={profileWords.history}>
      <Show when={props.history.length > 0} fallback={<p class={settings.empty}>{profileWords.noHistory}</p>}>
        <ol class={styles.history}>
          <For each={props.history}>
            {(change) => (
              <li>
                <p class={styles.meta}>
                  {data.members.get(keys.member(change.by))?.name ?? runWords.somebody},{' '}
                  <Time at={change.at} form="when" />
                </p>
                <ul>
                  <For each={change.changes}>{(one) => <li>{profileWords.change(one)}</li>}</For>
                </ul>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </Section>
  )
}

/** What the agents of the team's machines do without asking anybody. */
export function HarnessGaps() {
  const data = useTeamData()
  const harnesses = () => {
    const known = new Map(
      data.runners.all().flatMap((runner) => runner.harnesses.map((one) => [String(one.id), one.name])),
    )
    return [...known].toSorted(([, one], [, other]) => one.localeCompare(other))
  }
  return (
    <Show when={harnesses().length > 0}>
      <Section title={profileWords.gaps} text={profileWords.gapsText}>
        <dl class={settings.facts}>
          <For each={harnesses()}>
            {([id, name]) => (
              <>
                <dt>{name}</dt>
                <dd>
                  <Show when={harnessGaps(id).length > 0} fallback={profileWords.noGaps}>
                    <ul class={settings.mend}>
                      <For each={harnessGaps(id)}>{(sentence) => <li>{sentence}</li>}</For>
                    </ul>
                  </Show>
                </dd>
              </>
            )}
          </For>
        </dl>
      </Section>
    </Show>
  )
}
