import { createSignal } from 'solid-js'
import { ProfileId } from '#shared/ids.ts'
import type { Profiles } from '../../../state/profiles.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Select } from '../../../ui/select.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { Problem, Section } from '../section.tsx'
import styles from '../settings.module.css'

/** Where the value is no profile: as the team has it. */
const asTeam = 'team'

/** What runs take that choose none. Synced like any other change, so it works offline. */
export function DefaultProfiles(props: { readonly profiles: Profiles; readonly manages: boolean }) {
  const workspace = useWorkspace()
  const [problem, setProblem] = createSignal<string>()
  const choices = (all: boolean) =>
    props.profiles
      .all()
      .filter(({ whose }) => all || whose !== 'own')
      .map(({ id, name }) => ({ value: String(id), label: name }))
  const set = async (of: 'team' | 'person', value: string): Promise<void> => {
    setProblem(undefined)
    try {
      await workspace.mutate.setDefaultProfile(value === asTeam ? { of } : { of, profileId: ProfileId.parse(value) })
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  return (
    <Section title={profileWords.defaults} text={profileWords.defaultsText}>
      <div class={styles.form}>
        <Select
          label={profileWords.ownDefault}
          choices={[
            { value: asTeam, label: profileWords.asTeam(props.profiles.teamDefault()?.name ?? '') },
            ...choices(true),
          ]}
          value={props.profiles.ownDefault() ?? asTeam}
          onChange={(value) => void set('person', value)}
        />
        <Select
          label={profileWords.teamDefault}
          choices={choices(false)}
          value={props.profiles.teamDefault()?.id ?? ''}
          disabled={!props.manages}
          onChange={(value) => void set('team', value)}
        />
        <Problem text={problem()} />
      </div>
    </Section>
  )
}
