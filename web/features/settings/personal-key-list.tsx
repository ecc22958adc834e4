import { KeyRound } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { NewPersonalKey, PersonalKey } from '#shared/domain/personal-key.ts'
import { request } from '../../state/account-api.ts'
import { useNow } from '../../state/clock.ts'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { personalKeyWords as words } from '../../words/personal-keys.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { RevocableList } from './revocable-list.tsx'
import { useRemote } from './section.tsx'
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
      maker={(dialog) => <NewPersonalKeyDialog {...dialog} />}
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

function NewPersonalKeyDialog(props: { readonly onClose: () => void; readonly onMade: () => void }) {
  const [days, setDays] = createSignal<Days>('90')
  const make = (name: string) => {
    const until = days()
    return request(NewPersonalKey, 'POST', path, { name, ...(until === 'never' ? {} : { days: Number(until) }) })
  }
  return (
    <NewKeyDialog
      id="new-personal-key"
      words={{ ...words, title: words.add }}
      make={make}
      command={(key) => `export DROVER_URL=${window.location.origin}\nexport DROVER_API_KEY=${key}`}
      onClose={props.onClose}
      onMade={props.onMade}
    >
      <Select label={words.endsAfter} choices={choices} value={days()} onChange={setDays} />
    </NewKeyDialog>
  )
}
