import { CloudOff, LoaderCircle, OctagonAlert, Timer } from 'lucide'
import { Match, Show, Switch, createMemo } from 'solid-js'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { useNow } from '../../state/clock.ts'
import { Icon } from '../../ui/icon.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { shellWords, syncWords } from '../../words/shell.ts'
import styles from './sync-indicator.module.css'

export type SyncShown = { readonly status: SyncStatus; readonly refused: number; readonly onOpen: () => void }

type Kind = 'fresh' | 'sending' | 'polling' | 'offline' | 'stuck'

function kindOf(shown: SyncShown): Kind {
  if (shown.refused > 0) return 'stuck'
  if (shown.status.connection === 'offline') return 'offline'
  if (shown.status.problem === 'server') return 'stuck'
  if (shown.status.connection === 'polling' && shown.status.pending === 0) return 'polling'
  return shown.status.pending > 0 || shown.status.connection === 'connecting' ? 'sending' : 'fresh'
}

/** The foot of the side bar: how fresh this device is. Opens the outbox. */
export function SyncIndicator(props: SyncShown & { readonly icons: boolean }) {
  const now = useNow()
  const kind = createMemo(() => kindOf(props))
  const words = createMemo(() => syncWords(props.status, props.refused, now()))
  return (
    <button
      type="button"
      class={styles.sync}
      data-kind={kind()}
      data-icons={props.icons ? '' : undefined}
      title={props.icons ? words() : shellWords.openOutbox}
      onClick={() => props.onOpen()}
    >
      <SyncSign kind={kind()} />
      <span class={styles.words}>
        {words()}
        <Show when={props.refused > 0}>
          {' · '}
          <u>{shellWords.review}</u>
        </Show>
      </span>
    </button>
  )
}

/** On phones, above everything, and only when there is something to say. */
export function SyncBar(props: SyncShown) {
  const now = useNow()
  const kind = createMemo(() => kindOf(props))
  return (
    <Show when={kind() === 'offline' || kind() === 'stuck' || kind() === 'polling'}>
      <button type="button" class={styles.bar} data-syncbar data-kind={kind()} onClick={() => props.onOpen()}>
        <SyncSign kind={kind()} />
        <span>
          {syncWords(props.status, props.refused, now())}
          <Show when={props.refused > 0}> · {shellWords.review}</Show>
        </span>
        <VisuallyHidden>{shellWords.openOutbox}</VisuallyHidden>
      </button>
    </Show>
  )
}

function SyncSign(props: { readonly kind: Kind }) {
  return (
    <Switch>
      <Match when={props.kind === 'fresh'}>
        <span class={styles.dot} />
      </Match>
      <Match when={props.kind === 'sending'}>
        <span class={styles.turning}>
          <Icon of={LoaderCircle} size="sm" />
        </span>
      </Match>
      <Match when={props.kind === 'polling'}>
        <Icon of={Timer} size="sm" />
      </Match>
      <Match when={props.kind === 'offline'}>
        <Icon of={CloudOff} size="sm" />
      </Match>
      <Match when={props.kind === 'stuck'}>
        <Icon of={OctagonAlert} size="sm" />
      </Match>
    </Switch>
  )
}
