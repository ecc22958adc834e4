import { Show, createSignal } from 'solid-js'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import { useIds } from '../../state/platform.ts'
import { retryRefused, parseKept } from '../../state/retry.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { Time } from '../../ui/time.tsx'
import { intentText, intentVerb } from '../../words/intents.ts'
import { refusalWords } from '../../words/refusals.ts'
import { outboxWords } from '../../words/shell.ts'
import { refusalText } from '../../state/refusal-text.ts'
import styles from './outbox-sheet.module.css'

/** A change the server refused: what, why, what to do. Nothing that was typed is lost. */
export function RefusedItem(props: {
  readonly refused: RefusedMutation
  readonly about: (args: unknown) => string | undefined
}) {
  const workspace = useWorkspace()
  const ids = useIds()
  const [again, setAgain] = createSignal<string | undefined>()
  const kept = () => parseKept(props.refused.args)
  const text = () => intentText(kept()) ?? (kept() === undefined ? props.refused.args : undefined)

  const discard = () =>
    workspace.mutate.dismissRefusal({ clientId: props.refused.clientId, mutationId: props.refused.mutationId })
  const retry = async () => {
    try {
      await retryRefused(workspace, props.refused, ids)
      await discard()
    } catch (error) {
      setAgain(refusalText(error, outboxWords.cut))
    }
  }
  return (
    <li class={styles.card}>
      <h4>
        <StatusGlyph state="failed" size="sm" decorative />
        <span class={styles.what}>
          {intentVerb(props.refused.name, kept())}
          <Show when={props.about(kept())}>{(about) => <> · {about()}</>}</Show>
        </span>
        <Time at={props.refused.at} form="when" />
      </h4>
      <p class={styles.why}>{refusalWords(props.refused.refusal.code, props.refused.refusal.detail)}</p>
      <Show when={text()}>{(typed) => <p class={styles.kept}>{typed()}</p>}</Show>
      <Show when={kept() === undefined}>
        <p class={styles.where}>{outboxWords.cut}</p>
      </Show>
      <p class={styles.why} role="status">
        <Show when={again()}>
          {outboxWords.refusedAgain} {again()}
        </Show>
      </p>
      <div class={styles.actions}>
        <Show when={kept() !== undefined}>
          <Button onClick={() => void retry()}>{outboxWords.retry}</Button>
        </Show>
        <Show when={text()}>
          {(typed) => <CopyButton look="words" tone="ghost" label={outboxWords.copy} text={typed()} />}
        </Show>
        <Button tone="ghost" onClick={() => void discard()}>
          {outboxWords.discard}
        </Button>
      </div>
    </li>
  )
}
