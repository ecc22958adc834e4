import { Show, createMemo, createSignal, onMount } from 'solid-js'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import { RunId } from '#shared/ids.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { intentRunId } from '#sync/client/intent-args.ts'
import { useTextDraft } from '../../state/draft.ts'
import { useIds } from '../../state/platform.ts'
import { editLimit, parseKept, retryRefused } from '../../state/retry.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Problem } from '../../ui/problem.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { Time } from '../../ui/time.tsx'
import { intentText, intentVerb } from '../../words/intents.ts'
import { refusalWords } from '../../words/refusals.ts'
import { outboxWords } from '../../words/shell.ts'
import { uiWords } from '../../words/ui.ts'
import styles from './outbox.module.css'

/** A change the server refused: what, why, what to do. Nothing that was typed is lost. */
export function RefusedItem(props: {
  readonly refused: RefusedMutation
  /** What this device kept of it, where it was done here: the whole text. */
  readonly intent: DeviceIntent | undefined
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const [problem, setProblem] = createSignal<string | undefined>()
  const [busy, setBusy] = createSignal(false)
  const [editing, setEditing] = createSignal(false)
  /** What it asked for was asked for again: only the notice is left. */
  const [isAgain, setIsAgain] = createSignal(false)
  const args = createMemo(() => props.intent?.args ?? parseKept(props.refused.args))
  const text = createMemo(() => intentText(args()) ?? (args() === undefined ? props.refused.args : undefined))
  const about = () => {
    const id = RunId.safeParse(intentRunId(args()))
    return id.success ? data.runs.get(keys.run(id.data))?.title : undefined
  }
  const limit = () => editLimit(props.refused.name, args())
  // One item for one refusal.
  // oxlint-disable-next-line solid/reactivity
  const draft = useTextDraft(`refused/${props.refused.clientId}/${props.refused.mutationId}`)
  let card!: HTMLLIElement

  const putAway = async (): Promise<void> => {
    await workspace.mutate.dismissRefusal({ clientId: props.refused.clientId, mutationId: props.refused.mutationId })
    if (props.intent !== undefined) await workspace.forgetIntent(props.intent.id)
  }
  /** The notice goes last: until then it is what the text is kept in. */
  const handle = async (what: 'again' | 'discard', edited?: string): Promise<void> => {
    if (busy()) return
    setBusy(true)
    setProblem(undefined)
    try {
      if (what === 'again') {
        await retryRefused(workspace, { name: props.refused.name, args: args() }, ids, edited)
        setIsAgain(true)
        setEditing(false)
      }
      await draft.clear()
      await putAway()
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      setBusy(false)
    }
  }
  const stopEditing = (): void => {
    setEditing(false)
    card.querySelector<HTMLElement>('[data-edit]')?.focus()
  }

  return (
    <li ref={card} class={styles.card} data-item tabindex="-1">
      <h3>
        <StatusGlyph state="failed" size="sm" decorative />
        <span class={styles.deed}>
          {intentVerb(props.refused.name, args())}
          <Show when={about()}>{(title) => <> · {title()}</>}</Show>
        </span>
        <Time at={props.refused.at} form="when" />
      </h3>
      <p class={styles.why}>{refusalWords(props.refused.refusal.code, props.refused.refusal.detail)}</p>
      <Show
        when={editing()}
        fallback={
          <Show when={text()}>
            {(typed) => (
              <p class={styles.kept} dir="auto" tabindex="0" aria-label={outboxWords.typed}>
                {typed()}
              </p>
            )}
          </Show>
        }
      >
        <EditForm
          text={draft.value() === '' ? (text() ?? '') : draft.value()}
          limit={limit() ?? 0}
          busy={busy()}
          onText={draft.set}
          onCancel={stopEditing}
          onSend={(edited) => void handle('again', edited)}
        />
      </Show>
      <Show when={args() === undefined}>
        <p class={styles.note}>{outboxWords.cut}</p>
      </Show>
      <Problem text={problem()} />
      <Show when={!editing()}>
        <div class={styles.actions}>
          <Show when={args() !== undefined && !isAgain()}>
            <Button aria-busy={busy()} onClick={() => void handle('again')}>
              {outboxWords.retry}
            </Button>
            <Show when={limit() !== undefined}>
              <Button data-edit="" onClick={() => setEditing(true)}>
                {draft.value() === '' ? outboxWords.edit : outboxWords.editOn}
              </Button>
            </Show>
          </Show>
          <Show when={text()}>
            {(typed) => <CopyButton look="words" tone="ghost" label={outboxWords.copy} text={typed()} />}
          </Show>
          <Button tone="ghost" onClick={() => void handle('discard')}>
            {outboxWords.discard}
          </Button>
        </div>
      </Show>
    </li>
  )
}

function EditForm(props: {
  readonly text: string
  readonly limit: number
  readonly busy: boolean
  readonly onText: (text: string) => void
  readonly onCancel: () => void
  readonly onSend: (text: string) => void
}) {
  let form!: HTMLFormElement
  const canSend = () => props.text.trim() !== '' && props.text.trim().length <= props.limit
  const send = (): void => {
    if (canSend()) props.onSend(props.text.trim())
  }
  onMount(() => form.querySelector('textarea')?.focus())
  return (
    <form
      ref={form}
      class={styles.edit}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault()
          props.onCancel()
        } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault()
          send()
        }
      }}
    >
      <TextArea
        label={outboxWords.typed}
        value={props.text}
        onChange={(text) => props.onText(text)}
        limit={props.limit}
        rows={3}
      />
      <div class={styles.actions}>
        <Button type="submit" tone="ink" disabled={!canSend()} aria-busy={props.busy}>
          {outboxWords.send}
        </Button>
        <Button tone="ghost" onClick={() => props.onCancel()}>
          {uiWords.cancel}
        </Button>
      </div>
    </form>
  )
}
