import { KeyRound } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { NewPersonalKey, PersonalKey } from '#shared/domain/personal-key.ts'
import { request } from '../../state/account-api.ts'
import { useNow } from '../../state/clock.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { personalKeyWords as words } from '../../words/personal-keys.ts'
import { RevocableList } from './revocable-list.tsx'
import { useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'

const path = '/me/keys'
const Keys = z.object({ keys: z.array(PersonalKey) }).transform(({ keys }): readonly PersonalKey[] => keys)

/** The keys with which programs act as this person. */
export function PersonalKeyList() {
  const remote = useRemote(Keys, () => path)
  return (
    <RevocableList
      title={words.title}
      text={words.text}
      icon={KeyRound}
      path={path}
      of={remote}
      none={words.none}
      make={words.add}
      maker={(dialog) => <NewKeyDialog {...dialog} />}
      revoke={{
        word: words.revoke,
        label: (key) => words.revokeLabel(key.name),
        title: (key) => words.revokeTitle(key.name),
        text: words.revokeText,
      }}
    >
      {(key) => (
        <>
          <span class={styles.rowTitle}>
            {key.name}
            <code class={styles.rowMeta}>{`${key.start}…`}</code>
          </span>
          <span class={styles.rowMeta}>
            {`${words.team(key.team)} · `}
            <End at={key.expiresAt} />
            {' · '}
            <Show when={key.lastUsedAt} fallback={words.neverUsed}>
              {(at) => (
                <>
                  {words.lastUsed} <Time at={at()} />
                </>
              )}
            </Show>
          </span>
        </>
      )}
    </RevocableList>
  )
}

function End(props: { readonly at: number | undefined }) {
  const now = useNow()
  return (
    <Show when={props.at} fallback={words.noEnd}>
      {(at) => words.ends(at(), now())}
    </Show>
  )
}

type Days = keyof typeof words.days
const choices: readonly { value: Days; label: string; hint?: string }[] = [
  { value: '7', label: words.days['7'] },
  { value: '30', label: words.days['30'] },
  { value: '90', label: words.days['90'] },
  { value: '366', label: words.days['366'] },
  { value: 'never', label: words.days.never, hint: words.neverHint },
]

/** Makes a key and shows it this once. */
function NewKeyDialog(props: { readonly onClose: () => void; readonly onMade: () => void }) {
  const [name, setName] = createSignal('')
  const [days, setDays] = createSignal<Days>('90')
  const [made, setMade] = createSignal<string>()
  const action = useAction()
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const until = days()
    const body = { name: name(), ...(until === 'never' ? {} : { days: Number(until) }) }
    const key = await action.run(request(NewPersonalKey, 'POST', path, body))
    if (key === undefined) return
    setMade(key.key)
    props.onMade()
  }
  const command = (key: string) => `export DROVER_URL=${window.location.origin}\nexport DROVER_API_KEY=${key}`
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={words.add}
      description={made() === undefined ? undefined : words.ready}
      footer={
        <Show
          when={made()}
          fallback={
            <Button size="lg" tone="ink" type="submit" form="new-personal-key" disabled={action.busy()}>
              {words.make}
            </Button>
          }
        >
          {(key) => (
            <>
              <CopyButton look="words" label={words.copyKey} text={key()} />
              <CopyButton look="words" label={words.copyCommand} text={command(key())} />
            </>
          )}
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <form id="new-personal-key" class={styles.form} onSubmit={(event) => void handleSubmit(event)}>
            <TextInput
              label={words.name}
              hint={words.nameHint}
              autocomplete="off"
              limit={80}
              required
              error={action.problem()}
              value={name()}
              onChange={setName}
            />
            <Select label={words.endsAfter} choices={choices} value={days()} onChange={setDays} />
          </form>
        }
      >
        {(key) => (
          <div class={styles.secret}>
            <p>{words.use}</p>
            <code class={styles.code}>{command(key())}</code>
          </div>
        )}
      </Show>
    </Dialog>
  )
}
