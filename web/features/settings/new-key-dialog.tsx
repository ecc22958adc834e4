import { Show, createSignal, type JSX } from 'solid-js'
import type { Result } from '#shared/result.ts'
import type { ApiProblem } from '../../state/account-api.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextInput } from '../../ui/field.tsx'
import { useAction } from './section.tsx'
import styles from './settings.module.css'

/** Makes a key, and shows it this once with the command that uses it. */
export function NewKeyDialog(props: {
  /** Of the form. */
  readonly id: string
  readonly words: {
    readonly title: string
    readonly ready: string
    readonly make: string
    readonly name: string
    readonly nameHint: string
    readonly use: string
    readonly copyKey: string
    readonly copyCommand: string
  }
  readonly make: (name: string) => Promise<Result<{ readonly key: string }, ApiProblem>>
  readonly command: (key: string) => string
  readonly onClose: () => void
  readonly onMade: () => void
  /** What is asked beside the name. */
  readonly children?: JSX.Element
}) {
  const [name, setName] = createSignal('')
  const [made, setMade] = createSignal<string>()
  const action = useAction()
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const key = await action.run(props.make(name()))
    if (key === undefined) return
    setMade(key.key)
    props.onMade()
  }
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={props.words.title}
      description={made() === undefined ? undefined : props.words.ready}
      footer={
        <Show
          when={made()}
          fallback={
            <Button size="lg" tone="ink" type="submit" form={props.id} disabled={action.busy()}>
              {props.words.make}
            </Button>
          }
        >
          {(key) => (
            <>
              <CopyButton look="words" label={props.words.copyKey} text={key()} />
              <CopyButton look="words" label={props.words.copyCommand} text={props.command(key())} />
            </>
          )}
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <form id={props.id} class={styles.form} onSubmit={(event) => void handleSubmit(event)}>
            <TextInput
              label={props.words.name}
              hint={props.words.nameHint}
              autocomplete="off"
              limit={80}
              required
              error={action.problem()}
              value={name()}
              onChange={setName}
            />
            {props.children}
          </form>
        }
      >
        {(key) => (
          <div class={styles.secret}>
            <p>{props.words.use}</p>
            <code class={styles.code}>{props.command(key())}</code>
          </div>
        )}
      </Show>
    </Dialog>
  )
}
