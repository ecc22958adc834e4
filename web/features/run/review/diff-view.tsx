import { For, Show, createMemo, createSignal, onCleanup, onMount } from 'solid-js'
import { anchorAt, placeOf } from '#shared/domain/review-anchor.ts'
import type { DiffSide, ReviewAnchor } from '#shared/domain/review-comment.ts'
import type { ReviewThread } from '#shared/domain/review-threads.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { reviewWords } from '../../../words/review.ts'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { useReviewScene } from './context.ts'
import { DiffRow } from './diff-row.tsx'
import { fileRows, knownLines, type FileRow, type Gap, type Opened } from './file-rows.ts'
import { keepTopLine } from './keep-top-line.ts'
import { createLineRoom } from './line-room.ts'
import { createRowsList } from './rows-list.ts'
import type { Hunk } from './read-patch.ts'
import { ThreadCard } from './thread-card.tsx'
import { createPainter } from './use-file-diff.ts'
import type { CommentDraft } from './use-comment-drafts.ts'
import styles from './diff-view.module.css'

/** Lines that one press opens. */
const openedAtOnce = 20

export type DiffHandle = {
  /** To the part before or after the one that is read. @returns whether there is one. */
  readonly move: (step: 1 | -1) => boolean
  /** The part that is read. */
  readonly part: () => Hunk | undefined
  /** A comment on the part that is read. */
  readonly comment: () => void
  readonly show: (thread: ReviewThread) => void
  readonly place: (thread: ReviewThread) => { from: number; to: number } | undefined
  /** The same lines with one more, or one less, above; `undefined`: that can't be. */
  readonly stretch: (anchor: ReviewAnchor, by: 1 | -1) => ReviewAnchor | undefined
}

/** The parts of one file's changes with what was said of them: only what is near the window is in the page. */
export function DiffView(props: {
  readonly file: FileChange
  readonly hunks: readonly Hunk[]
  readonly handle: (handle: DiffHandle) => void
  readonly onAccept: (hunk: Hunk) => void
  readonly onReject: (hunk: Hunk) => void
}) {
  const scene = useScene()
  const { review, drafts, split, whole, comment } = useReviewScene()
  const [scroller, setScroller] = createSignal<HTMLDivElement>()
  const [opened, setOpened] = createSignal<Opened>([])
  const [active, setActive] = createSignal<string>()
  /** What stands above the rows and scrolls with them. Pixels. */
  const [above, setAbove] = createSignal(0)
  const [wantsText, setWantsText] = createSignal(false)
  const text = createLoad(() => (wantsText() ? props.file.after?.blob : undefined), scene.blobs.text)
  const lines = createMemo<readonly string[] | undefined>((before) => {
    const value = loaded(text.state())
    // While the next one is on its way, the numbers of the one before may be wrong: it is not shown.
    return value === undefined ? (text.state().type === 'loading' ? undefined : before) : linesOf(value)
  })
  const known = createMemo(() => ({
    old: knownLines(props.hunks, 'old', undefined),
    new: knownLines(props.hunks, 'new', lines()),
  }))
  const versionOf = (side: DiffSide) =>
    side === 'new' ? props.file.after?.id : whole() ? props.file.before?.id : undefined
  const isHere = (anchor: ReviewAnchor): boolean =>
    anchor.path === props.file.path || anchor.path === props.file.oldPath
  const placed = (anchor: ReviewAnchor) => placeOf(anchor, known()[anchor.side], versionOf(anchor.side))
  const threads = createMemo(() =>
    review.open().flatMap((thread) => {
      const { anchor } = thread.first
      return anchor === undefined || !isHere(anchor) ? [] : [{ thread, anchor, place: placed(anchor) }]
    }),
  )
  const written = createMemo(() =>
    scene.phone()
      ? []
      : drafts.all().flatMap((draft) => {
          const { anchor } = draft
          return anchor === undefined || !isHere(anchor) ? [] : [{ draft, anchor, place: placed(anchor) }]
        }),
  )
  const following = createMemo(() => {
    const map = new Map<string, (ReviewThread | CommentDraft)[]>()
    const put = (side: DiffSide, line: number, one: ReviewThread | CommentDraft): void => {
      const key = `${side}${line}`
      map.set(key, [...(map.get(key) ?? []), one])
    }
    for (const { thread, anchor, place } of threads()) if (place !== undefined) put(anchor.side, place.to, thread)
    for (const { draft, anchor, place } of written()) put(anchor.side, (place ?? anchor).to, draft)
    return map
  })
  const rows = createMemo(() =>
    fileRows({
      hunks: props.hunks,
      split: split(),
      text: lines(),
      canOpen: props.file.after?.blob !== undefined && props.file.status !== 'added',
      opened: opened(),
      after: (side, line) => following().get(`${side}${line}`) ?? [],
    }),
  )
  const byKey = createMemo(() => new Map(rows().map((row, index) => [row.key, { row, index }])))
  const shownThreads = createMemo(
    () => new Set(rows().flatMap((row) => (row.kind === 'thread' ? [row.thread.first.id] : []))),
  )
  const outdated = createMemo(() => threads().filter(({ thread }) => !shownThreads().has(thread.first.id)))
  const paint = createPainter(() => props.file.path)
  let sampleLine!: HTMLDivElement
  let sampleText!: HTMLElement
  let sampleLetter!: HTMLSpanElement
  const room = createLineRoom(() => ({ line: sampleLine, text: sampleText, letter: sampleLetter }))

  const { list, starts, keys } = createRowsList({ rows, room, scroller, above })
  const startOf = (key: string): number => starts().get(key) ?? 0

  let body!: HTMLDivElement
  let head!: HTMLDivElement
  onMount(() => {
    setScroller(body)
    const observer = new ResizeObserver(() => setAbove(head.offsetHeight))
    observer.observe(head)
    onCleanup(() => observer.disconnect())
  })

  const kept = keepTopLine({
    path: () => props.file.path,
    hunks: () => props.hunks,
    rows,
    known,
    list,
    scroller: () => body,
  })

  const begin = (side: DiffSide, from: number, to: number): void => {
    const version = versionOf(side)
    const anchor = anchorAt(known()[side], {
      path: props.file.path,
      side,
      from: Math.min(from, to),
      to: Math.max(from, to),
      ...(version === undefined ? {} : { version }),
    })
    if (anchor !== undefined && review.mayReview()) comment(anchor)
  }
  const stretch = (anchor: ReviewAnchor, by: 1 | -1): ReviewAnchor | undefined => {
    const from = anchor.from - by
    if (from < 1 || from > anchor.to) return undefined
    const version = versionOf(anchor.side)
    const next = anchorAt(known()[anchor.side], {
      path: props.file.path,
      side: anchor.side,
      from,
      to: anchor.to,
      ...(version === undefined ? {} : { version }),
    })
    return next?.to === anchor.to ? next : undefined
  }
  const open = (gap: Gap, all: boolean): void => {
    setWantsText(true)
    if (gap.count === undefined || lines() === undefined) {
      // How long it is, is known with the text.
      setOpened((before) => [...before, openedPart(gap, false)])
      return
    }
    setOpened((before) => [...before, openedPart(gap, all)])
  }

  const hunkRows = createMemo(() => rows().flatMap((row, index) => (row.kind === 'hunk' ? [{ row, index }] : [])))
  const current = createMemo(() => {
    const key = active()
    return hunkRows().find(({ row }) => row.key === key) ?? hunkRows()[0]
  })
  const first = ({ lines: changed }: Hunk): { side: DiffSide; line: number } | undefined => {
    const line = changed.find(({ kind }) => kind === 'add') ?? changed.find(({ kind }) => kind === 'del')
    if (line?.newNumber !== undefined) return { side: 'new', line: line.newNumber }
    return line?.oldNumber === undefined ? undefined : { side: 'old', line: line.oldNumber }
  }
  const last = (hunk: Hunk, side: DiffSide): number | undefined => {
    const of = hunk.lines.filter(({ kind }) => kind === (side === 'new' ? 'add' : 'del')).at(-1)
    return side === 'new' ? of?.newNumber : of?.oldNumber
  }
  const commentOn = (hunk: Hunk | undefined): void => {
    const start = hunk === undefined ? undefined : first(hunk)
    if (hunk === undefined || start === undefined) return
    // The whole of what was added, where it is short.
    const end = last(hunk, start.side) ?? start.line
    begin(start.side, start.line, end - start.line < 12 ? end : start.line)
  }
  // oxlint-disable-next-line solid/reactivity
  props.handle({
    move(step) {
      const all = hunkRows()
      const at = active() === undefined ? -1 : all.findIndex(({ row }) => row.key === active())
      const next = at === -1 ? all[step === 1 ? 0 : all.length - 1] : all[at + step]
      if (next === undefined) return false
      setActive(next.row.key)
      list.scrollToIndex(next.index, { align: 'start' })
      return true
    },
    part: () => (current()?.row.kind === 'hunk' ? current()?.row.hunk : undefined),
    comment: () => commentOn(current()?.row.kind === 'hunk' ? current()?.row.hunk : undefined),
    show(thread) {
      const index = rows().findIndex((row) => row.kind === 'thread' && row.thread.first.id === thread.first.id)
      if (index < 0) body.scrollTo({ top: 0 })
      else list.scrollToIndex(index, { align: 'center' })
    },
    stretch,
    place: (thread) => (thread.first.anchor === undefined ? undefined : placed(thread.first.anchor)),
  })

  let dragged: { readonly side: DiffSide; readonly line: number } | undefined
  return (
    <div
      ref={body}
      class={styles.scroller}
      tabindex="0"
      role="group"
      aria-label={props.file.path}
      onScroll={() => kept.onScroll()}
      onPointerDown={(event) => {
        dragged = event.button === 0 ? numberAt(event.target) : undefined
      }}
      onPointerUp={(event) => {
        const end = numberAt(event.target)
        const start = dragged
        dragged = undefined
        if (start === undefined || end === undefined || start.side !== end.side) return
        begin(end.side, start.line, end.line)
      }}
      onPointerCancel={() => (dragged = undefined)}
    >
      <div ref={head} class={styles.before}>
        <For each={outdated()}>
          {({ thread, place }) => (
            <div class={styles.card}>
              <Show when={place !== undefined}>
                <p class={styles.note}>{reviewWords.elsewhere}</p>
              </Show>
              <ThreadCard thread={thread} quoted={place === undefined ? 'outdated' : 'list'} />
            </div>
          )}
        </For>
        <Show when={text.state().type === 'failed'}>
          <p class={styles.note} role="status">
            {reviewWords.gapGone}
          </p>
        </Show>
      </div>
      <div
        class={styles.rows}
        data-split={split() ? '' : undefined}
        style={{ 'block-size': `${list.getTotalSize()}px` }}
      >
        <div class={`${styles.sample} ${split() ? styles.pair : ''}`} aria-hidden="true">
          <div ref={sampleLine} class={styles.line}>
            <span class={styles.number} />
            <span class={styles.sign} />
            <code ref={sampleText} class={styles.text}>
              <span ref={sampleLetter}>0</span>
            </code>
          </div>
        </div>
        <For each={keys()}>
          {(key) => {
            const found = createMemo<{ readonly row: FileRow; readonly index: number } | undefined>(
              (before) => byKey().get(key) ?? before,
            )
            return (
              <Show when={found()}>
                {(at) => (
                  <div
                    class={styles.place}
                    data-index={at().index}
                    ref={(element) => queueMicrotask(() => element.isConnected && list.measureElement(element))}
                    style={{ transform: `translateY(${startOf(key) - above()}px)` }}
                  >
                    <DiffRow
                      row={at().row}
                      file={props.file}
                      hunks={props.hunks}
                      isActive={current()?.row.key === key && active() !== undefined}
                      paint={paint}
                      stretch={stretch}
                      onOpen={open}
                      onComment={commentOn}
                      onAccept={props.onAccept}
                      onReject={props.onReject}
                      onActive={() => setActive(key)}
                    />
                  </div>
                )}
              </Show>
            )
          }}
        </For>
      </div>
    </div>
  )
}

/** By their numbers of before: they stay the same while the agent goes on. */
function openedPart({ oldFrom, count }: Gap, all: boolean): { readonly from: number; readonly to: number } {
  if (count !== undefined && (all || count <= openedAtOnce)) return { from: oldFrom, to: oldFrom + count - 1 }
  // Above the first part, what stands next to it is nearest.
  if (oldFrom === 1 && count !== undefined) return { from: count - openedAtOnce + 1, to: count }
  return { from: oldFrom, to: oldFrom + openedAtOnce - 1 }
}

/** The side and number of the line whose number was pressed. */
function numberAt(target: EventTarget | null): { side: DiffSide; line: number } | undefined {
  const element = target instanceof Element ? target.closest('[data-line]') : null
  const line = Number(element?.getAttribute('data-line') ?? NaN)
  if (element === null || !Number.isInteger(line)) return undefined
  return { side: element.getAttribute('data-old') === null ? 'new' : 'old', line }
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
