import { Link } from '@tanstack/solid-router'
import { CloudOff, LoaderCircle, OctagonAlert, Timer } from 'lucide'
import { Match, Show, Switch, createMemo } from 'solid-js'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { useNow } from '../../state/clock.ts'
import { Icon } from '../../ui/icon.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { shellWords, syncWords } from '../../words/shell.ts'
import styles from './sync-indicator.module.css'

export type SyncShown = { readonly status: SyncStatus; readonly refused: number }

type Kind = 'fresh' | 'sending' | 'polling' | 'offline' | 'stuck'

function kindOf(shown: SyncShown): Kind {
  if (shown.refused > 0) return 'stuck'
  if (shown.status.connection === 'offline') return 'offline'
  if (shown.status.problem === 'server') return 'stuck'
  if (shown.status.connection === 'polling' && shown.status.pending === 0) return 'polling'
  return shown.status.pending > 0 || shown.status.connection === 'connecting' ? 'sending' : 'fresh'
}

/** The foot of the side bar: how fresh this device is. Leads to the outbox. */
export function SyncIndicator(props: SyncShown & { readonly icons: boolean }) {
  const now = useNow()
  const kind = createMemo(() => kindOf(props))
  const words = createMemo(() => syncWords(props.status, props.refused, now()))
  // Functions, since the link reads its attributes again when it is pressed.
  const icons = () => (props.icons ? '' : undefined)
  const title = () => (props.icons ? words() : shellWords.openOutbox)
  return (
    <Link
      to="/outbox"
      class={styles.sync}
      data-kind={kind()}
      data-icons={icons()}
      title={title()}
      activeProps={{ 'aria-current': 'page' }}
    >
      <SyncSign kind={kind()} />
      <span class={styles.words}>
        {words()}
        <Show when={props.refused > 0}>
          {' · '}
          <u>{shellWords.review}</u>
        </Show>
      </span>
    </Link>
  )
}

/** On phones, above everything, and only when there is something to say. */
export function SyncBar(props: SyncShown) {
  const now = useNow()
  const kind = createMemo(() => kindOf(props))
  return (
    <Show when={kind() === 'offline' || kind() === 'stuck' || kind() === 'polling'}>
      <Link to="/outbox" class={styles.bar} data-syncbar data-kind={kind()}>
        <SyncSign kind={kind()} />
        <span>
          {syncWords(props.status, props.refused, now())}
          <Show when={props.refused > 0}> · {shellWords.review}</Show>
        </span>
        <VisuallyHidden>{shellWords.openOutbox}</VisuallyHidden>
      </Link>
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
