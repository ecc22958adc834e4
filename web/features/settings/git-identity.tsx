import { Show, createMemo, createSignal } from 'solid-js'
import { GitIdentity, isGitAddress, isGitName, noReplyOf } from '#shared/domain/git-person.ts'
import { canReviewRuns } from '#shared/domain/policies.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../state/query.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { gitWords as words } from '../../words/git.ts'
import { settingsWords } from '../../words/settings.ts'
import { Problem, Saved, Section } from './section.tsx'
import styles from './settings.module.css'

const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const

/** Name and address in a person's commits. Synced like any other change, so it works offline. */
export function GitIdentitySection() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const known = useQuery(() => (tx) => getRow(tx, keys.gitIdentity(workspace.userId), GitIdentity), { key: null })
  const [typedName, setName] = createSignal<string>()
  const [typedEmail, setEmail] = createSignal<string>()
  const [sent, setSent] = createSignal(false)
  const [saved, setSaved] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const name = () => typedName() ?? known.value?.name ?? ''
  const email = () => typedEmail() ?? known.value?.email ?? ''
  const wrongName = () => (sent() && name().trim() !== '' && !isGitName(name().trim()) ? words.nameWrong : undefined)
  const wrongEmail = () =>
    sent() && email().trim() !== '' && !isGitAddress(email().trim()) ? words.emailWrong : undefined
  const changed = () => name() !== (known.value?.name ?? '') || email() !== (known.value?.email ?? '')
  const hidden = createMemo(() => noReplyOf({ userId: workspace.userId, name: data.me()?.name ?? '' }))
  const type = (set: (text: string) => void) => (text: string) => {
    setSaved(false)
    set(text)
  }

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setSent(true)
    if (wrongName() !== undefined || wrongEmail() !== undefined) return
    setProblem(undefined)
    try {
      const given = { name: name().trim(), email: email().trim() }
      await workspace.mutate.setGitIdentity({
        ...(given.name === '' ? {} : { name: given.name }),
        ...(given.email === '' ? {} : { email: given.email }),
      })
      setName(undefined)
      setEmail(undefined)
      setSaved(true)
      setSent(false)
    } catch (error) {
      setProblem(refusalText(error))
    }
  }

  return (
    <Show when={canReviewRuns(data.me()?.role)}>
      <Section title={words.title} text={words.text}>
        <form class={styles.form} novalidate onSubmit={(event) => void handleSubmit(event)}>
          <TextInput
            {...plain}
            label={words.name}
            optional
            hint={words.nameHint(data.me()?.name ?? '')}
            error={wrongName()}
            value={name()}
            onChange={type(setName)}
          />
          <TextInput
            {...plain}
            label={words.email}
            optional
            inputmode="email"
            hint={words.emailHint(hidden())}
            error={wrongEmail()}
            value={email()}
            onChange={type(setEmail)}
          />
          <Problem text={problem()} />
          <div class={styles.actions}>
            <Button type="submit" size="lg" tone="ink" disabled={!changed()}>
              {settingsWords.save}
            </Button>
            <Show when={data.me()?.email}>
              {(own) => (
                <Button size="lg" disabled={email() === own()} onClick={() => type(setEmail)(own())}>
                  {words.useOwn}
                </Button>
              )}
            </Show>
            <Saved text={saved() ? settingsWords.saved : undefined} />
          </div>
        </form>
      </Section>
    </Show>
  )
}
