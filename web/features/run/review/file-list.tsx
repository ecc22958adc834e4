import { createVirtualizer } from '@tanstack/solid-virtual'
import { ChevronDown, ChevronRight, Eye, MessageSquare, CircleCheck } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, onMount } from 'solid-js'
import type { FileChange } from '#shared/domain/transcript.ts'
import { Icon } from '../../../ui/icon.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { VisibleText } from '../../../ui/text/visible.tsx'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { reviewWords } from '../../../words/review.ts'
import { runWords } from '../../../words/run.ts'
import { useReviewScene } from './context.ts'
import { treeRows, type TreeRow } from './file-tree.ts'
import styles from './file-list.module.css'

/** The changed files by folder, however many. */
export function FileList(props: {
  readonly files: readonly FileChange[]
  readonly more: number | undefined
  readonly current: string | undefined
  readonly touch: boolean
  readonly onPath: (path: string) => void
}) {
  const { review } = useReviewScene()
  const [find, setFind] = createSignal('')
  const [closed, setClosed] = createSignal<ReadonlySet<string>>(new Set())
  const rows = createMemo(() => treeRows(props.files, { closed: closed(), find: find().trim() }))
  const byKey = createMemo(() => new Map(rows().map((row, index) => [row.key, { row, index }])))
  const commented = createMemo(() => {
    const counts = new Map<string, number>()
    for (const { first } of review.open())
      if (first.anchor !== undefined) counts.set(first.anchor.path, (counts.get(first.anchor.path) ?? 0) + 1)
    return counts
  })
  const [scroller, setScroller] = createSignal<HTMLDivElement>()
  const list = createVirtualizer<HTMLDivElement, HTMLElement>({
    get count() {
      return rows().length
    },
    getScrollElement: () => scroller() ?? null,
    estimateSize: () => (props.touch ? 44 : 28),
    getItemKey: (index) => rows()[index]?.key ?? index,
    overscan: 10,
  })
  const visible = createMemo(() => list.getVirtualItems().map((item) => String(item.key)))
  const offset = (): number => list.getVirtualItems()[0]?.start ?? 0
  const toggle = (path: string): void =>
    void setClosed((before) => {
      const next = new Set(before)
      if (!next.delete(path)) next.add(path)
      return next
    })
  let body!: HTMLDivElement
  onMount(() => {
    setScroller(body)
    const index = rows().findIndex((row) => row.kind === 'file' && row.file.path === props.current)
    if (index > 0) list.scrollToIndex(index, { align: 'center' })
  })
  return (
    <nav class={styles.nav} aria-label={runWords.diff.files}>
      <input
        type="search"
        class={styles.find}
        aria-label={reviewWords.findFile}
        placeholder={reviewWords.findFile}
        autocomplete="off"
        value={find()}
        onInput={(event) => setFind(event.currentTarget.value)}
      />
      <div class={styles.scroller} ref={body} tabindex="-1">
        <Show when={rows().length === 0}>
          <p class={styles.none}>{reviewWords.noFile(find().trim())}</p>
        </Show>
        <div style={{ 'block-size': `${list.getTotalSize()}px` }}>
          <div style={{ transform: `translateY(${offset()}px)` }}>
            <For each={visible()}>
              {(key) => {
                const row = createMemo<TreeRow | undefined>((before) => byKey().get(key)?.row ?? before)
                return (
                  <Switch>
                    <Match when={asFolder(row())}>
                      {(folder) => (
                        <button
                          type="button"
                          class={styles.row}
                          style={{ '--depth': folder().depth }}
                          aria-expanded={folder().isOpen}
                          aria-label={reviewWords.folder(folder().name, folder().files)}
                          onClick={() => toggle(folder().path)}
                        >
                          <Icon of={folder().isOpen ? ChevronDown : ChevronRight} size="sm" />
                          <span class={styles.name}>
                            <VisibleText text={folder().name} />
                          </span>
                        </button>
                      )}
                    </Match>
                    <Match when={asFile(row())}>
                      {(file) => (
                        <FileRow
                          file={file().file}
                          name={file().name}
                          depth={file().depth}
                          isCurrent={props.current === file().file.path}
                          comments={commented().get(file().file.path) ?? 0}
                          onPath={props.onPath}
                        />
                      )}
                    </Match>
                  </Switch>
                )
              }}
            </For>
          </div>
        </div>
        <Show when={props.more}>{(more) => <p class={styles.none}>{runWords.files.more(more())}</p>}</Show>
      </div>
    </nav>
  )
}

function FileRow(props: {
  readonly file: FileChange
  readonly name: string
  readonly depth: number
  readonly isCurrent: boolean
  readonly comments: number
  readonly onPath: (path: string) => void
}) {
  const { review, seen } = useReviewScene()
  return (
    <button
      type="button"
      class={styles.row}
      style={{ '--depth': props.depth }}
      title={props.file.path}
      aria-current={props.isCurrent ? 'true' : undefined}
      onClick={() => props.onPath(props.file.path)}
    >
      <span class={styles.name} data-status={props.file.status}>
        <VisibleText text={props.name} />
      </span>
      <span class={styles.facts}>
        <Show when={props.comments > 0}>
          <span class={styles.fact}>
            <Icon of={MessageSquare} size="sm" />
            {props.comments}
            <VisuallyHidden> {reviewWords.comments(0)}</VisuallyHidden>
          </span>
        </Show>
        <Show when={review.isAccepted(props.file)}>
          <span class={styles.fact} title={reviewWords.accepted}>
            <Icon of={CircleCheck} size="sm" />
            <VisuallyHidden>{reviewWords.accepted}</VisuallyHidden>
          </span>
        </Show>
        <Show when={seen.isViewed(props.file)}>
          <span class={styles.fact} title={reviewWords.viewed}>
            <Icon of={Eye} size="sm" />
            <VisuallyHidden>{reviewWords.viewed}</VisuallyHidden>
          </span>
        </Show>
        <Show when={props.file.status !== 'modified'}>
          <span>{runWords.files.status[props.file.status]}</span>
        </Show>
        <Show when={props.file.unread}>{(why) => <span>{runWords.diff.unreadShort[why()]}</span>}</Show>
        <Show when={props.file.mode}>
          <span>{runWords.diff.modeShort}</span>
        </Show>
        <Show when={props.file.binary}>
          <span>{runWords.diff.binaryShort}</span>
        </Show>
        <PlusMinus added={props.file.added} removed={props.file.removed} />
      </span>
    </button>
  )
}

function asFolder(row: TreeRow | undefined): Extract<TreeRow, { kind: 'folder' }> | undefined {
  return row?.kind === 'folder' ? row : undefined
}

function asFile(row: TreeRow | undefined): Extract<TreeRow, { kind: 'file' }> | undefined {
  return row?.kind === 'file' ? row : undefined
}
