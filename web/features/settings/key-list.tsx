import { KeyRound } from 'lucide'
import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { request } from '../../state/account-api.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Time } from '../../ui/time.tsx'
import { runnerWords } from '../../words/settings.ts'
import { RevocableList } from './revocable-list.tsx'
import { useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'

const Key = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  createdAt: z.number(),
  createdBy: z.string().optional(),
  lastUsedAt: z.number().optional(),
})
type Key = z.infer<typeof Key>
const Keys = z.object({ keys: z.array(Key) }).transform(({ keys }): readonly Key[] => keys)
const NewKey = Key.extend({ key: z.string() })

export function KeyList() {
  const workspace = useWorkspace()
  const path = () => `/teams/${workspace.teamId}/runner-keys`
  const remote = useRemote(Keys, path)
  return (
    <RevocableList
      title={runnerWords.keys}
      text={runnerWords.keysText}
      icon={KeyRound}
      path={path()}
      of={remote}
      none={runnerWords.noKeys}
      make={runnerWords.addKey}
      maker={(dialog) => <NewKeyDialog path={path()} {...dialog} />}
      revoke={{
        word: runnerWords.revoke,
        label: (key) => runnerWords.revokeLabel(key.name),
        title: (key) => runnerWords.revokeTitle(key.name),
        text: runnerWords.revokeText,
      }}
    >
      {(key) => (
        <>
          <span class={styles.rowTitle}>
            {key.name}
            <code class={styles.rowMeta}>{`${key.start}…`}</code>
          </span>
          <span class={styles.rowMeta}>
            <Time at={key.createdAt} form="when" />
            <Show when={key.createdBy}>{(name) => ` ${runnerWords.madeBy(name())}`}</Show>
            {' · '}
            <Show when={key.lastUsedAt} fallback={runnerWords.neverUsed}>
              {(at) => (
                <>
                  {runnerWords.lastUsed} <Time at={at()} />
                </>
              )}
            </Show>
          </span>
        </>
      )}
    </RevocableList>
  )
}

/** Makes a key and shows it this once, with the command that uses it. */
function NewKeyDialog(props: { readonly path: string; readonly onClose: () => void; readonly onMade: () => void }) {
  const [name, setName] = createSignal('')
  const [made, setMade] = createSignal<string>()
  const action = useAction()
  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const key = await action.run(request(NewKey, 'POST', props.path, { name: name() }))
    if (key === undefined) return
    setMade(key.key)
    props.onMade()
  }
  const command = (key: string) =>
    `DROVER_URL=${window.location.origin} \\\nDROVER_API_KEY=${key} \\\nnpx drover runner`
  return (
    <Dialog
      open
      onOpenChange={() => props.onClose()}
      title={runnerWords.keyTitle}
      description={made() === undefined ? undefined : runnerWords.keyReady}
      footer={
        <Show
          when={made()}
          fallback={
            <Button size="lg" tone="ink" type="submit" form="new-key" disabled={action.busy()}>
              {runnerWords.createKey}
            </Button>
          }
        >
          {(key) => (
            <>
              <CopyButton look="words" label={runnerWords.copyKey} text={key()} />
              <CopyButton look="words" label={runnerWords.copyCommand} text={command(key())} />
            </>
          )}
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <form id="new-key" onSubmit={(event) => void handleSubmit(event)}>
            <TextInput
              label={runnerWords.keyName}
              hint={runnerWords.keyNameHint}
              autocomplete="off"
              limit={80}
              required
              error={action.problem()}
              value={name()}
              onChange={setName}
            />
          </form>
        }
      >
        {(key) => (
          <div class={styles.secret}>
            <p>{runnerWords.keyCommand}</p>
            <code class={styles.code}>{command(key())}</code>
          </div>
        )}
      </Show>
    </Dialog>
  )
}
