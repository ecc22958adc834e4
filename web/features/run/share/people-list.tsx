import { X } from 'lucide'
import { For, createSignal } from 'solid-js'
import { ShareEmail, type ShareAccess, type SharePerson } from '#shared/domain/share.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { Button, IconButton } from '../../../ui/button.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { useTextDraft } from '../../../state/draft.ts'
import { shareWords } from '../../../words/share.ts'
import { useScene } from '../scene.ts'
import styles from './share-dialog.module.css'

const choices = (['view', 'steer'] as const).map((value) => ({
  value,
  label: shareWords.access[value],
  hint: shareWords.accessHint[value],
}))

/** Names somebody by their email. What is typed stays until it is durable. */
export function AddPerson(props: {
  readonly onAdd: (person: { readonly email: string; readonly access: ShareAccess }) => Promise<boolean>
}) {
  const scene = useScene()
  const draft = useTextDraft(`share/${scene.runId}`)
  const [access, setAccess] = createSignal<ShareAccess>('view')
  const [error, setError] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const add = async (): Promise<void> => {
    const email = ShareEmail.safeParse(draft.value())
    if (!email.success) {
      setError(shareWords.emailWrong)
      return
    }
    setBusy(true)
    try {
      if (await props.onAdd({ email: email.data, access: access() })) await draft.clear()
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class={styles.add}
      novalidate
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <TextInput
        label={shareWords.email}
        type="email"
        autocomplete="off"
        hint={shareWords.emailHint}
        error={error()}
        limit={200}
        value={draft.value()}
        onChange={(value) => {
          setError(undefined)
          draft.set(value)
        }}
      />
      <div class={styles.addAccess}>
        <Select
          label={shareWords.accessOf(shareWords.email)}
          labelHidden
          choices={choices}
          value={access()}
          onChange={setAccess}
        />
        <Button size="lg" type="submit" disabled={busy() || draft.value().trim() === ''}>
          {shareWords.add}
        </Button>
      </div>
    </form>
  )
}

/** Who is named, what they may, and the way out. */
export function PeopleList(props: {
  readonly people: readonly SharePerson[]
  readonly onChange: (person: { readonly email: string; readonly access: ShareAccess }) => void
  readonly onRemove: (email: string) => void
}) {
  let list!: HTMLUListElement
  return (
    <ul ref={list} class={styles.rows} aria-label={shareWords.people} tabindex="-1">
      <For each={props.people}>
        {(person) => (
          <li class={styles.row}>
            <Avatar name={person.name ?? person.email} hue={1} size="lg" decorative />
            <span class={styles.who}>
              <b>{person.name ?? person.email}</b>
              <span class={styles.meta}>{person.name === undefined ? shareWords.notOpened : person.email}</span>
            </span>
            <span class={styles.access}>
              <Select
                label={shareWords.accessOf(person.name ?? person.email)}
                labelHidden
                choices={choices}
                value={person.access}
                onChange={(access) => props.onChange({ email: person.email, access })}
              />
              <IconButton
                icon={X}
                label={shareWords.removeLabel(person.name ?? person.email)}
                onClick={() => {
                  props.onRemove(person.email)
                  // The button goes with its row.
                  list.focus()
                }}
              />
            </span>
          </li>
        )}
      </For>
    </ul>
  )
}
