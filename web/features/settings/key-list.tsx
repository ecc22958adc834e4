import { KeyRound } from 'lucide'
import { Show } from 'solid-js'
import { z } from 'zod'
import { request } from '../../state/account-api.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Time } from '../../ui/time.tsx'
import { runnerWords } from '../../words/settings.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { RevocableList } from './revocable-list.tsx'
import { useRemote } from './section.tsx'
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

const dialogWords = {
  title: runnerWords.keyTitle,
  ready: runnerWords.keyReady,
  make: runnerWords.createKey,
  name: runnerWords.keyName,
  nameHint: runnerWords.keyNameHint,
  use: runnerWords.keyCommand,
  copyKey: runnerWords.copyKey,
  copyCommand: runnerWords.copyCommand,
}

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
      maker={(dialog) => (
        <NewKeyDialog
          id="new-key"
          words={dialogWords}
          make={(name) => request(NewKey, 'POST', path(), { name })}
          command={(key) => `DROVER_URL=${window.location.origin} \\\nDROVER_API_KEY=${key} \\\nnpx drover runner`}
          {...dialog}
        />
      )}
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
