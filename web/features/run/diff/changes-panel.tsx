import * as KDialog from '@kobalte/core/dialog'
import { Columns2, Rows2, X } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, on } from 'solid-js'
import { RunFiles, type FileChange } from '#shared/domain/transcript.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { useOpener } from '../../../ui/dialog.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { useMedia } from '../../../state/frame.ts'
import { useQuery } from '../../../state/query.ts'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { PathText } from '../../../ui/text/visible.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { PatchView } from './patch-view.tsx'
import styles from './changes-panel.module.css'

/** Everything a run changed, file by file, over the page. It has its own address, so that back closes it. */
export function ChangesPanel(props: {
  readonly model: TranscriptModel
  readonly path: string | undefined
  readonly onPath: (path: string) => void
  readonly onClose: () => void
}) {
  const files = useQuery(() => (tx) => getRow(tx, keys.files, RunFiles), {
    source: () => props.model.source,
    key: 'path',
  })
  const wide = useMedia('(width >= 64em)')
  const [split, setSplit] = createSignal(false)
  const scene = useScene()
  const giveBack = useOpener(
    () => true,
    () => scene.toTranscript(),
  )
  const list = (): readonly FileChange[] => files.value?.files ?? []
  const current = createMemo(() => list().find((file) => file.path === props.path) ?? list()[0])
  let body!: HTMLDivElement
  createEffect(
    on(
      () => current()?.path,
      () => body?.scrollTo({ top: 0 }),
    ),
  )
  return (
    <KDialog.Root open onOpenChange={(open) => !open && props.onClose()} modal preventScroll={false}>
      <KDialog.Portal>
        <KDialog.Overlay class={styles.scrim} />
        <KDialog.Content class={styles.panel} data-leave="" onOpenAutoFocus={focusPanel} onCloseAutoFocus={giveBack}>
          <header class={styles.head}>
            <KDialog.Title class={styles.title}>{runWords.diff.title}</KDialog.Title>
            <span class={styles.sum}>
              <PlusMinus
                added={list().reduce((sum, file) => sum + file.added, 0)}
                removed={list().reduce((sum, file) => sum + file.removed, 0)}
              />
            </span>
            <span class={styles.grow} />
            <Show when={wide()}>
              <Button
                size="sm"
                tone="ghost"
                icon={split() ? Rows2 : Columns2}
                aria-pressed={split()}
                onClick={() => setSplit((on) => !on)}
              >
                {split() ? runWords.diff.unified : runWords.diff.split}
              </Button>
            </Show>
            <IconButton icon={X} label={runWords.diff.close} onClick={() => props.onClose()} />
          </header>
          <Show when={files.loaded} fallback={<SkeletonRows waitsFor={runWords.diff.loading} />}>
            <Show when={list().length > 0} fallback={<p class={styles.none}>{runWords.diff.none}</p>}>
              <div class={styles.two}>
                <nav class={styles.files} aria-label={runWords.diff.files}>
                  <For each={list()}>
                    {(file) => (
                      <button
                        type="button"
                        class={styles.file}
                        aria-current={current()?.path === file.path ? 'true' : undefined}
                        onClick={() => props.onPath(file.path)}
                      >
                        <span class={styles.path} data-status={file.status}>
                          <PathText path={file.path} />
                        </span>
                        <span class={styles.count}>
                          <Show when={file.status !== 'modified'}>
                            <span>{runWords.files.status[file.status]}</span>
                          </Show>
                          <Show when={file.unread}>{(why) => <span>{runWords.diff.unreadShort[why()]}</span>}</Show>
                          <Show when={file.mode}>
                            <span>{runWords.diff.modeShort}</span>
                          </Show>
                          <Show when={file.binary}>
                            <span>{runWords.diff.binaryShort}</span>
                          </Show>
                          <Show when={file.added + file.removed > 0}>
                            <PlusMinus added={file.added} removed={file.removed} />
                          </Show>
                        </span>
                      </button>
                    )}
                  </For>
                  <Show when={files.value?.more}>
                    {(more) => <p class={styles.none}>{runWords.files.more(more())}</p>}
                  </Show>
                </nav>
                <div class={styles.body} ref={body}>
                  <Show when={current()?.path} keyed>
                    {(path) => (
                      <>
                        <h3 class={styles.name}>
                          <PathText path={path} />
                        </h3>
                        <Show when={current()}>
                          {(file) => <PatchView change={file()} split={split() && wide()} />}
                        </Show>
                      </>
                    )}
                  </Show>
                </div>
              </div>
            </Show>
          </Show>
        </KDialog.Content>
      </KDialog.Portal>
    </KDialog.Root>
  )
}

/** The panel takes the focus, not its first button: nothing is chosen yet. */
function focusPanel(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
}
