import { Clock } from 'lucide'
import { For, Show } from 'solid-js'
import type { PendingMutation, SyncStatus } from '#sync/client/workspace.ts'
import { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useFrame } from '../../state/frame.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Time } from '../../ui/time.tsx'
import { intentRunId, intentText, intentVerb } from '../../words/intents.ts'
import { outboxWords } from '../../words/shell.ts'
import { intentWord } from '../../words/states.ts'
import { RefusedItem } from './refused-item.tsx'
import styles from './outbox-sheet.module.css'

/** What is only on this device, and what the server refused. */
export function OutboxSheet(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly status: SyncStatus
  readonly pending: readonly PendingMutation[]
}) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const frame = useFrame()
  const about = (args: unknown) => {
    const id = RunId.safeParse(intentRunId(args))
    return (id.success ? data.runs.get(keys.run(id.data))?.title : undefined) ?? intentText(args)
  }
  return (
    <Sheet
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={outboxWords.title}
      description={
        props.status.connection === 'polling' ? outboxWords.polling : outboxWords.fresh(props.status.freshAt)
      }
      footer={<Button onClick={() => void workspace.refresh()}>{outboxWords.checkNow}</Button>}
    >
      <Show when={data.refused.all().length > 0}>
        <h3 class={styles.title}>{outboxWords.refused}</h3>
        <ul class={styles.refused}>
          <For each={data.refused.all()}>{(refused) => <RefusedItem refused={refused} about={about} />}</For>
        </ul>
      </Show>
      <Show
        when={props.pending.length > 0}
        fallback={
          <Show when={data.refused.all().length === 0}>
            <p class={styles.nothing}>{outboxWords.nothing}</p>
          </Show>
        }
      >
        <h3 class={styles.title}>{outboxWords.pending}</h3>
        <ul class={styles.pending}>
          <For each={props.pending}>
            {(mutation) => (
              <li class={styles.item}>
                <Icon of={Clock} size="sm" />
                <span class={styles.what}>
                  {intentVerb(mutation.name, mutation.args)}
                  <Show when={about(mutation.args)}>{(text) => <> · {text()}</>}</Show>
                </span>
                <span class={styles.where}>
                  {intentWord('local', frame() === 'phone')}, <Time at={mutation.at} form="clock" />
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Sheet>
  )
}
