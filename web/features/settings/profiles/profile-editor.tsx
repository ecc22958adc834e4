import { ArrowLeft } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { builtinProfile, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import { profileLimits, type ProfileSettings } from '#shared/domain/profile.ts'
import { editBetween } from '#shared/domain/profile-changes.ts'
import type { ProfileId } from '#shared/ids.ts'
import { useIds } from '../../../state/platform.ts'
import type { Profiles, ShownProfile } from '../../../state/profiles.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { Problem, Saved, Section } from '../section.tsx'
import settings from '../settings.module.css'
import { AutonomyFields, CommandFields, OtherFields } from './profile-fields.tsx'
import { checkDraft, toDraft, usableSettings, type ProfileDraft, type ProfileErrors } from './profile-form.ts'
import { HarnessGaps, ProfileHistory } from './profile-history.tsx'
import { whose } from './profile-list.tsx'
import styles from './profiles.module.css'
import { TryBox } from './try-box.tsx'

/** One profile: what it says in words, with a box to try commands in. Saved as what was changed, so that others' changes stay. */
export function ProfileEditor(props: {
  readonly profiles: Profiles
  /** Absent: a new one. */
  readonly profile?: ShownProfile | undefined
  /** What the form begins with. */
  readonly start: ProfileSettings
  readonly onCopy?: ((settings: ProfileSettings) => void) | undefined
  /** Named: go on there. */
  readonly onDone: (id?: ProfileId) => void
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  // The form is made anew for another profile; what others change meanwhile does not touch what is typed.
  // oxlint-disable-next-line solid/reactivity
  const [base, setBase] = createSignal<ProfileSettings>(props.start)
  // oxlint-disable-next-line solid/reactivity
  const [draft, setDraft] = createSignal<ProfileDraft>(toDraft(props.start))
  const [owner, setOwner] = createSignal<'team' | 'person'>('person')
  const [errors, setErrors] = createSignal<ProfileErrors>({})
  const [problem, setProblem] = createSignal<string>()
  const [saved, setSaved] = createSignal(false)
  const [asking, setAsking] = createSignal<'delete' | 'reset'>()
  const manages = () => canManageTeam(data.me()?.role)
  const locked = () => props.profile !== undefined && !props.profiles.mayChange(props.profile)
  const builtin = () => (props.profile?.whose === 'builtin' ? builtinProfile(props.profile.id) : undefined)
  const title = () => props.profile?.name ?? profileWords.new
  let form!: HTMLFormElement

  const change = (changed: Partial<ProfileDraft>): void => {
    setDraft({ ...draft(), ...changed })
    setErrors((known) => Object.fromEntries(Object.entries(known).filter(([field]) => !(field in changed))))
    setProblem(undefined)
    setSaved(false)
  }
  const fields = () => ({ draft: draft(), errors: errors(), disabled: locked(), onChange: change })
  const others = () =>
    props.profiles
      .all()
      .filter((one) => one.id !== props.profile?.id)
      .map((one) => one.name)

  const attempt = async (act: () => Promise<void>): Promise<boolean> => {
    setProblem(undefined)
    try {
      await act()
      return true
    } catch (error) {
      setProblem(refusalText(error))
      return false
    }
  }
  const save = async (): Promise<void> => {
    const checked = checkDraft(draft(), others())
    if (!checked.ok) {
      setErrors(checked.errors)
      queueMicrotask(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    const { profile } = props
    if (profile === undefined) {
      const profileId = ids.profileId()
      const whom = manages() ? owner() : 'person'
      const args = { profileId, owner: whom, settings: checked.settings }
      if (await attempt(() => workspace.mutate.createProfile(args))) props.onDone(profileId)
      return
    }
    const edit = editBetween(base(), checked.settings)
    if (!(await attempt(() => workspace.mutate.changeProfile({ profileId: profile.id, edit })))) return
    setBase(checked.settings)
    setDraft(toDraft(checked.settings))
    setSaved(true)
  }
  const confirm = async (): Promise<void> => {
    const { profile } = props
    const what = asking()
    const first = builtin()
    if (profile === undefined) return
    if (what === 'delete') {
      if (await attempt(() => workspace.mutate.deleteProfile({ profileId: profile.id }))) props.onDone()
    } else if (first !== undefined) {
      const edit = editBetween(profile, first)
      if (!(await attempt(() => workspace.mutate.changeProfile({ profileId: profile.id, edit })))) return
      setBase(first)
      setDraft(toDraft(first))
    }
  }

  return (
    <form
      ref={form}
      class={styles.editor}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div>
        <Button tone="ghost" icon={ArrowLeft} onClick={() => props.onDone()}>
          {profileWords.back}
        </Button>
      </div>
      <Section title={title()} text={props.profile === undefined ? undefined : whose(props.profile)}>
        <div class={styles.fields}>
          <Show when={locked()}>
            <p class={settings.note}>{profileWords.readOnly}</p>
          </Show>
          <TextInput
            label={profileWords.name}
            error={errors().name}
            limit={profileLimits.name}
            autocomplete="off"
            value={draft().name}
            disabled={locked()}
            onChange={(name) => change({ name })}
          />
          <Show when={props.profile === undefined && manages()}>
            <RadioCards
              label={profileWords.whose}
              choices={[
                { value: 'person' as const, label: profileWords.whoseOwn, hint: profileWords.whoseOwnHint },
                { value: 'team' as const, label: profileWords.whoseTeam, hint: profileWords.whoseTeamHint },
              ]}
              value={owner()}
              onChange={setOwner}
            />
          </Show>
        </div>
      </Section>
      <AutonomyFields {...fields()} />
      <CommandFields {...fields()} />
      <Section title={profileWords.try.title}>
        <TryBox
          profile={{ ...usableSettings(draft()), name: draft().name, id: props.profile?.id ?? standardProfileId }}
        />
      </Section>
      <OtherFields {...fields()} />
      <HarnessGaps />
      <Show when={props.profile !== undefined}>
        <ProfileHistory history={props.profile?.row?.history ?? []} />
      </Show>
      <div class={styles.foot}>
        <Problem text={problem()} />
        <div class={settings.actions}>
          <Show when={!locked()}>
            <Button type="submit" size="lg" tone="ink">
              {props.profile === undefined ? profileWords.create : profileWords.save}
            </Button>
          </Show>
          <Show when={props.profile !== undefined && props.onCopy}>
            {(copy) => (
              <Button
                size="lg"
                onClick={() =>
                  copy()({ ...(props.profile ?? props.start), name: profileWords.copyName(props.profile?.name ?? '') })
                }
              >
                {profileWords.duplicate}
              </Button>
            )}
          </Show>
          <Show when={!locked() && builtin() !== undefined && props.profile?.row !== undefined}>
            <Button size="lg" onClick={() => setAsking('reset')}>
              {profileWords.reset}
            </Button>
          </Show>
          <Show when={!locked() && props.profile !== undefined && builtin() === undefined}>
            <Button size="lg" tone="danger" onClick={() => setAsking('delete')}>
              {profileWords.delete}
            </Button>
          </Show>
          <Saved text={saved() ? profileWords.saved : undefined} />
        </div>
      </div>
      <Show when={asking()} keyed>
        {(what) => (
          <ConfirmDialog
            open
            onOpenChange={() => setAsking(undefined)}
            title={what === 'delete' ? profileWords.deleteTitle(title()) : profileWords.resetTitle(title())}
            description={what === 'delete' ? profileWords.deleteText : profileWords.resetText}
            confirm={what === 'delete' ? profileWords.delete : profileWords.reset}
            tone={what === 'delete' ? 'danger' : 'ink'}
            onConfirm={() => void confirm()}
          />
        )}
      </Show>
    </form>
  )
}
