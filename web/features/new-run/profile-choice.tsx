import type { SandboxKind } from '#shared/domain/harness.ts'
import { useProfiles, type ShownProfile } from '../../state/profiles.ts'
import { Select } from '../../ui/select.tsx'
import { profileWords } from '../../words/profiles.ts'

/** Where the value is no profile: the person's or the team's default. */
const byDefault = 'default'

/** What the agent may do without asking. Empty: the default, whichever it is when the run starts. */
export function ProfileChoice(props: {
  readonly value: string
  readonly sandbox: SandboxKind
  readonly onChange: (profile: string) => void
}) {
  const profiles = useProfiles()
  const chosen = () => profiles.all().find((profile) => profile.id === props.value)
  const meaning = ({ autonomy }: ShownProfile): string =>
    profileWords.summary(autonomy.commands, autonomy.edits, autonomy.web)
  const hint = (): string | undefined => {
    const profile = chosen() ?? profiles.taken()
    if (profile === undefined) return undefined
    const free = props.sandbox === 'direct' && (profile.autonomy.commands === 'always_allow' || profile.runToEnd)
    if (free) return profileWords.freeOnMachine
    return profile.runToEnd ? profileWords.asksNobody : meaning(profile)
  }
  return (
    <Select
      label={profileWords.picker}
      choices={[
        { value: byDefault, label: profileWords.pickerDefault(profiles.taken()?.name ?? '') },
        ...profiles.all().map((profile) => ({
          value: String(profile.id),
          label: profile.name,
          hint: meaning(profile),
        })),
      ]}
      value={chosen()?.id ?? byDefault}
      onChange={(value) => props.onChange(value === byDefault ? '' : value)}
      hint={hint()}
    />
  )
}
