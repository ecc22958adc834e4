import { Match, Show, Switch, createMemo, createSignal } from 'solid-js'
import type { FileChange } from '#shared/domain/transcript.ts'
import { Button } from '../../../ui/button.tsx'
import { runWords } from '../../../words/run.ts'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { PathText } from '../../../ui/text/visible.tsx'
import { DiffLines } from './diff-lines.tsx'
import { parseHunks } from './parse.ts'
import styles from './patch-view.module.css'

/** Changed lines above which a file's diff waits to be asked for. */
const largeLines = 2_000

type Change = Pick<FileChange, 'path' | 'added' | 'removed' | 'patch'> &
  Partial<Pick<FileChange, 'oldPath' | 'status' | 'binary' | 'mode' | 'unread' | 'blob'>>

/** One file's changes: its diff, or a sentence where there is none to draw. The patch comes inline or as a blob. */
export function PatchView(props: {
  readonly change: Change
  /** The path is drawn above: needed where several files follow each other. */
  readonly named?: boolean | undefined
  readonly onOpen?: (() => void) | undefined
}) {
  const [asked, setAsked] = createSignal(false)
  const isLarge = () => props.change.added + props.change.removed > largeLines && !asked()
  const fetched = createLoad(
    () =>
      props.change.patch === undefined && props.change.blob !== undefined && !isLarge() ? props.change.blob : undefined,
    useScene().blobs.text,
  )
  const patch = (): string | undefined => props.change.patch ?? loaded(fetched.state())
  const hunks = createMemo(() => {
    const text = patch()
    return text === undefined ? undefined : parseHunks(text)
  })
  return (
    <div class={styles.patch}>
      <Show when={props.named}>
        <button
          type="button"
          class={styles.name}
          onClick={() => props.onOpen?.()}
          disabled={props.onOpen === undefined}
        >
          <PathText path={props.change.path} />
        </button>
      </Show>
      <Show when={props.change.oldPath !== undefined && props.change.status === 'renamed'}>
        <p class={styles.note}>{runWords.diff.renamed(props.change.oldPath ?? '')}</p>
      </Show>
      <Show when={props.change.mode}>{(mode) => <p class={styles.note}>{runWords.diff.mode(mode())}</p>}</Show>
      <Switch fallback={<p class={styles.note}>{runWords.diff.noChange}</p>}>
        <Match when={props.change.unread}>{(why) => <p class={styles.note}>{runWords.diff.unread[why()]}</p>}</Match>
        <Match when={props.change.binary}>
          <p class={styles.note}>{runWords.diff.binary}</p>
        </Match>
        <Match when={isLarge()}>
          <p class={styles.note}>
            <Button size="sm" onClick={() => setAsked(true)}>
              {runWords.diff.large(props.change.added + props.change.removed)}
            </Button>
          </p>
        </Match>
        <Match when={fetched.state().type === 'loading'}>
          <p class={styles.note} role="status">
            {runWords.diff.loading}
          </p>
        </Match>
        <Match when={fetched.state().type === 'failed'}>
          <p class={styles.note} role="status">
            {runWords.diff.failed}{' '}
            <Button size="sm" tone="ghost" onClick={() => fetched.retry()}>
              {runWords.retry}
            </Button>
          </p>
        </Match>
        <Match when={patch() !== undefined && hunks() === undefined}>
          <p class={styles.note}>{runWords.diff.unreadable}</p>
          <pre class={styles.raw} tabindex="0">
            {patch()}
          </pre>
        </Match>
        <Match when={hunks()?.length === 0 && props.change.status === 'renamed'}>
          <p class={styles.note}>{runWords.diff.renamedOnly}</p>
        </Match>
        <Match when={(hunks()?.length ?? 0) > 0}>
          <DiffLines hunks={hunks() ?? []} path={props.change.path} />
        </Match>
      </Switch>
    </div>
  )
}
