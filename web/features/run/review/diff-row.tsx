import { Check, MessageSquarePlus, Undo2 } from 'lucide'
import { For, Match, Show, Switch, createMemo } from 'solid-js'
import type { ReviewAnchor } from '#shared/domain/review-comment.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { CodeLine } from '../../../state/highlight/code-line.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { VisibleText } from '../../../ui/text/visible.tsx'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { reviewWords } from '../../../words/review.ts'
import { runWords } from '../../../words/run.ts'
import { compareWords, type DiffLine } from '../diff/parse.ts'
import { CodePieces } from '../text/code-block.tsx'
import { useReviewScene } from './context.ts'
import { DraftForm } from './draft-form.tsx'
import { counterparts, type FileRow, type Gap } from './file-rows.ts'
import type { Hunk } from './read-patch.ts'
import { ThreadCard } from './thread-card.tsx'
import type { createPainter } from './use-file-diff.ts'
import styles from './diff-view.module.css'

/** Lines of a gap up to which it is opened as a whole, and above which it is not. */
const openedWhole = 40
const openedMost = 1_000

type RowProps = {
  readonly row: FileRow
  readonly file: FileChange
  readonly hunks: readonly Hunk[]
  readonly isActive: boolean
  readonly paint: ReturnType<typeof createPainter>
  readonly stretch: (anchor: ReviewAnchor, by: 1 | -1) => ReviewAnchor | undefined
  readonly onOpen: (gap: Gap, all: boolean) => void
  readonly onComment: (hunk: Hunk) => void
  readonly onAccept: (hunk: Hunk) => void
  readonly onReject: (hunk: Hunk) => void
  readonly onActive: () => void
}

/** One row of a file's changes, whatever stands in it. */
export function DiffRow(props: RowProps) {
  const as = <Kind extends FileRow['kind']>(kind: Kind): Extract<FileRow, { kind: Kind }> | undefined =>
    isKind(props.row, kind) ? props.row : undefined
  return (
    // Nearly all rows are lines: they ask nothing else.
    <Show when={as('line')} fallback={<OtherRow {...props} as={as} />}>
      {(row) => <Line line={row().line} hunk={hunkOf(props, row().hunk)} paint={props.paint} />}
    </Show>
  )
}

function OtherRow(
  props: RowProps & {
    readonly as: <Kind extends FileRow['kind']>(kind: Kind) => Extract<FileRow, { kind: Kind }> | undefined
  },
) {
  return (
    <Switch>
      <Match when={props.as('pair')}>
        {(row) => (
          <div class={styles.pair}>
            <Line line={row().left} side="left" hunk={hunkOf(props, row().hunk)} paint={props.paint} />
            <Line line={row().right} side="right" hunk={hunkOf(props, row().hunk)} paint={props.paint} />
          </div>
        )}
      </Match>
      <Match when={props.as('hunk')}>{(row) => <HunkHead {...props} hunk={row().hunk} index={row().index} />}</Match>
      <Match when={props.as('gap')}>{(row) => <GapRow gap={row().gap} onOpen={props.onOpen} />}</Match>
      <Match when={props.as('thread')}>
        {(row) => (
          <div class={styles.card} data-side={row().thread.first.anchor?.side}>
            <ThreadCard thread={row().thread} />
          </div>
        )}
      </Match>
      <Match when={props.as('form')}>
        {(row) => (
          <div class={styles.card} data-side={row().draft.anchor?.side}>
            <DraftForm
              draft={row().draft}
              takesFocus={row().draft.text === ''}
              stretch={props.stretch}
              onDone={() => undefined}
            />
          </div>
        )}
      </Match>
    </Switch>
  )
}

function isKind<Kind extends FileRow['kind']>(row: FileRow, kind: Kind): row is Extract<FileRow, { kind: Kind }> {
  return row.kind === kind
}

function hunkOf(props: RowProps, index: number | undefined): Hunk | undefined {
  return index === undefined ? undefined : props.hunks[index]
}

function HunkHead(props: RowProps & { readonly hunk: Hunk; readonly index: number }) {
  const { review, whole } = useReviewScene()
  const isAccepted = () =>
    review.isAccepted(props.file) || (review.markOf(props.file.path).hunks?.includes(props.hunk.name) ?? false)
  const mayReject = () =>
    whole() &&
    props.file.before !== undefined &&
    props.file.after !== undefined &&
    (props.file.mode === undefined || props.file.mode.from.startsWith('100'))
  return (
    <div class={styles.part} data-active={props.isActive ? '' : undefined} onFocusIn={() => props.onActive()}>
      <h4 class={styles.partName}>{reviewWords.part(props.index + 1, props.hunk.newStart)}</h4>
      <Show when={review.mayReview()}>
        <span class={styles.partActs}>
          <IconButton
            icon={MessageSquarePlus}
            size="sm"
            keys="C"
            label={reviewWords.commentPart}
            onClick={() => props.onComment(props.hunk)}
          />
          <Button
            size="sm"
            tone="ghost"
            icon={Check}
            aria-pressed={isAccepted()}
            onClick={() => props.onAccept(props.hunk)}
          >
            {isAccepted() ? reviewWords.accepted : reviewWords.acceptPart}
          </Button>
          <Show when={mayReject()}>
            <Button size="sm" tone="ghost" icon={Undo2} onClick={() => props.onReject(props.hunk)}>
              {reviewWords.rejectPart}
            </Button>
          </Show>
        </span>
      </Show>
    </div>
  )
}

function GapRow(props: { readonly gap: Gap; readonly onOpen: (gap: Gap, all: boolean) => void }) {
  const count = () => props.gap.count ?? 0
  return (
    <div class={styles.gap}>
      <Show when={count() > openedWhole}>
        <Button size="sm" tone="ghost" onClick={() => props.onOpen(props.gap, false)}>
          {reviewWords.gapMore(count())}
        </Button>
      </Show>
      <Show when={count() <= openedMost}>
        <Button size="sm" tone="ghost" onClick={() => props.onOpen(props.gap, true)}>
          {reviewWords.gap(props.gap.count)}
        </Button>
      </Show>
    </div>
  )
}

function Line(props: {
  readonly line: DiffLine | undefined
  readonly side?: 'left' | 'right' | undefined
  readonly hunk: Hunk | undefined
  readonly paint: RowProps['paint']
}) {
  const colours = createMemo((): CodeLine | undefined => {
    const { line, hunk } = props
    return line === undefined || hunk === undefined ? undefined : props.paint(hunk)().get(line)
  })
  const isOld = () => props.side === 'left' || (props.side === undefined && props.line?.kind === 'del')
  const number = () => (isOld() ? props.line?.oldNumber : props.line?.newNumber)
  const kind = () => props.line?.kind ?? 'none'
  return (
    <div class={styles.line} data-kind={kind()} data-side={props.side}>
      <Show when={props.line}>
        {(line) => (
          <>
            <span class={styles.number} data-line={number()} data-old={isOld() ? '' : undefined}>
              {number()}
            </span>
            <span class={styles.sign}>
              <Show when={line().kind !== 'same'}>
                <span aria-hidden="true">{line().kind === 'add' ? '+' : '−'}</span>
                <VisuallyHidden>{line().kind === 'add' ? runWords.diff.added : runWords.diff.removed}</VisuallyHidden>
              </Show>
            </span>
            <LineText line={line()} hunk={props.hunk} colours={colours()} />
          </>
        )}
      </Show>
    </div>
  )
}

const pairs = new WeakMap<Hunk, ReadonlyMap<DiffLine, DiffLine>>()

function LineText(props: {
  readonly line: DiffLine
  readonly hunk: Hunk | undefined
  readonly colours: CodeLine | undefined
}) {
  /** Worked out for the lines in the window alone. */
  const parts = createMemo(() => {
    const { line, hunk } = props
    if (line.kind === 'same' || hunk === undefined || hunk.lines.length > 2_000) return undefined
    let known = pairs.get(hunk)
    if (known === undefined) pairs.set(hunk, (known = counterparts(hunk.lines)))
    const other = known.get(line)
    if (other === undefined) return undefined
    const words = line.kind === 'del' ? compareWords(line.text, other.text) : compareWords(other.text, line.text)
    return line.kind === 'del' ? words?.before : words?.after
  })
  return (
    <code class={styles.text}>
      <Show
        when={parts()}
        fallback={
          <Show when={props.colours} fallback={<VisibleText text={props.line.text} />}>
            {(line) => <CodePieces line={line()} />}
          </Show>
        }
      >
        {(found) => (
          <For each={found()}>
            {(part) => (
              <span class={styles.word} data-changed={part.changed ? '' : undefined}>
                <VisibleText text={part.text} />
              </span>
            )}
          </For>
        )}
      </Show>
    </code>
  )
}
