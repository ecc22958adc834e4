import { Check, Ellipsis, Pencil, Undo2 } from 'lucide'
import { Match, Show, Switch, createEffect, createMemo, createSignal, on } from 'solid-js'
import type { FileOp } from '#shared/domain/review-change.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { PathText } from '../../../ui/text/visible.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { reviewWords } from '../../../words/review.ts'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { useReviewScene } from './context.ts'
import { DiffView, type DiffHandle } from './diff-view.tsx'
import { EditFile } from './edit-file.tsx'
import { Pictures, pictureType } from './pictures.tsx'
import type { Hunk } from './read-patch.ts'
import { contentOf } from './use-review.ts'
import { createFileDiff, type FileDiff } from './use-file-diff.ts'
import styles from './review-panel.module.css'

/** Changed lines above which a file's diff waits to be asked for. */
const largeLines = 2_000

export type PaneHandle = {
  readonly diff: () => DiffHandle | undefined
  readonly acceptPart: () => void
  readonly rejectPart: () => void
  readonly edit: () => void
  readonly view: () => void
}

/** One changed file: what it is, its parts or why there are none to see, and what can be done with it. */
export function FilePane(props: {
  readonly file: FileChange
  /** The blob of what was seen of it last, where that is compared with. */
  readonly since: string | undefined
  readonly handle: (handle: PaneHandle) => void
}) {
  const scene = useScene()
  const { review, seen, whole } = useReviewScene()
  const [asked, setAsked] = createSignal(false)
  const [editing, setEditing] = createSignal(false)
  /** What is to be rejected, from the question on until after its answer. */
  const [rejected, setRejected] = createSignal<Hunk | 'file'>('file')
  const [asks, setAsks] = createSignal(false)
  const [diffHandle, setDiffHandle] = createSignal<DiffHandle>()
  createEffect(
    on(
      () => props.file.path,
      () => {
        setAsked(false)
        setEditing(false)
        setDiffHandle(undefined)
      },
      { defer: true },
    ),
  )
  createEffect(() => seen.look(props.file))
  const isLarge = () => props.since === undefined && props.file.added + props.file.removed > largeLines && !asked()
  const isText = () => props.file.binary !== true && props.file.unread === undefined
  const { diff, retry } = createFileDiff(
    () => (isText() && !isLarge() ? { file: props.file, since: props.since } : undefined),
    scene.blobs,
  )
  const canEdit = () =>
    review.mayReview() && whole() && props.file.after?.blob !== undefined && pictureType(props.file.path) === undefined
  const canReject = () =>
    review.mayReview() && whole() && (props.file.before !== undefined || props.file.after !== undefined)
  const isAccepted = () => review.isAccepted(props.file)

  const acceptFile = (): void => {
    const file = contentOf(props.file)
    const { file: _file, ...mark } = review.markOf(props.file.path)
    void review.mark(props.file.path, isAccepted() || file === undefined ? mark : { ...mark, file })
  }
  const acceptPart = (hunk: Hunk): void => {
    const { file: whole, hunks = [] } = review.markOf(props.file.path)
    const has = hunks.includes(hunk.name)
    const next = has ? hunks.filter((name) => name !== hunk.name) : [...hunks, hunk.name].slice(-200)
    void review.mark(props.file.path, { ...(whole === undefined ? {} : { file: whole }), hunks: next })
  }
  const askToReject = (what: Hunk | 'file'): void => {
    setRejected(what)
    setAsks(true)
  }
  const reject = (what: Hunk | 'file'): void => {
    const op = what === 'file' ? wholeOf(props.file) : partOf(what, props.file)
    if (op !== undefined) void review.change([op])
  }
  const hunks = createMemo<readonly Hunk[] | undefined>((last) => {
    const now = diff()
    return now.type === 'ready' && now.path === props.file.path ? now.hunks : last
  })
  // oxlint-disable-next-line solid/reactivity
  props.handle({
    diff: diffHandle,
    acceptPart: () => {
      const part = diffHandle()?.part()
      if (part !== undefined) acceptPart(part)
    },
    rejectPart: () => {
      const part = diffHandle()?.part()
      if (part === undefined || props.file.before === undefined || props.file.after === undefined) {
        if (canReject()) askToReject('file')
      } else if (canReject()) askToReject(part)
    },
    edit: () => canEdit() && setEditing(true),
    view: () => seen.setViewed(props.file, !seen.isViewed(props.file)),
  })

  return (
    <section class={styles.pane} aria-label={props.file.path}>
      <header class={styles.fileHead}>
        <h3 class={styles.fileName}>
          <PathText path={props.file.path} />
        </h3>
        <span class={styles.counts}>
          <PlusMinus added={props.file.added} removed={props.file.removed} />
        </span>
        <Show when={isAccepted()}>
          <span class={styles.tag}>{reviewWords.accepted}</span>
        </Show>
        <span class={styles.grow} />
        <label class={styles.viewed}>
          <input
            type="checkbox"
            checked={seen.isViewed(props.file)}
            onChange={(event) => seen.setViewed(props.file, event.currentTarget.checked)}
          />
          {reviewWords.viewed}
        </label>
        <Show when={review.mayReview()}>
          <Menu icon={Ellipsis} label={reviewWords.more}>
            <MenuItem icon={Check} onSelect={acceptFile}>
              {isAccepted() ? reviewWords.takeBackFile : reviewWords.acceptFile}
            </MenuItem>
            <Show when={canEdit()}>
              <MenuItem icon={Pencil} keys="E" onSelect={() => setEditing(true)}>
                {reviewWords.editFile}
              </MenuItem>
            </Show>
            <Show when={canReject()}>
              <MenuItem icon={Undo2} tone="danger" onSelect={() => askToReject('file')}>
                {reviewWords.rejectFile}
              </MenuItem>
            </Show>
          </Menu>
        </Show>
      </header>
      <Notes file={props.file} />
      <Show when={!editing()} fallback={<EditFile file={props.file} onClose={() => setEditing(false)} />}>
        <Switch
          fallback={
            <Body
              diff={diff()}
              hunks={hunks()}
              file={props.file}
              onRetry={retry}
              onHandle={setDiffHandle}
              onAccept={acceptPart}
              onReject={askToReject}
            />
          }
        >
          <Match when={props.file.unread}>{(why) => <p class={styles.note}>{runWords.diff.unread[why()]}</p>}</Match>
          <Match when={props.file.binary ? pictureType(props.file.path) : undefined}>
            {(type) => <Pictures file={props.file} type={type()} />}
          </Match>
          <Match when={props.file.binary}>
            <p class={styles.note}>
              {runWords.diff.binary} {reviewWords.sizes(props.file.before?.bytes, props.file.after?.bytes)}
            </p>
          </Match>
          <Match when={isLarge()}>
            <p class={styles.note}>
              <Button size="sm" onClick={() => setAsked(true)}>
                {runWords.diff.large(props.file.added + props.file.removed)}
              </Button>
            </p>
          </Match>
        </Switch>
      </Show>
      <ConfirmDialog
        open={asks()}
        onOpenChange={setAsks}
        title={rejected() === 'file' ? reviewWords.reject.fileTitle(props.file.path) : reviewWords.reject.partTitle}
        description={
          props.file.status === 'added' && rejected() === 'file' ? reviewWords.reject.added : reviewWords.reject.text
        }
        confirm={reviewWords.reject.confirm}
        tone="danger"
        onConfirm={() => reject(rejected())}
      />
    </section>
  )
}

function Notes(props: { readonly file: FileChange }) {
  const { review } = useReviewScene()
  const others = () => review.acceptedBy(props.file)
  return (
    <>
      <Show when={props.file.status === 'renamed'}>
        <p class={styles.note}>{runWords.diff.renamed(props.file.oldPath ?? '')}</p>
      </Show>
      <Show when={props.file.mode}>{(mode) => <p class={styles.note}>{runWords.diff.mode(mode())}</p>}</Show>
      <Show when={others().length > 0}>
        <p class={styles.note}>{reviewWords.acceptedBy(others())}</p>
      </Show>
    </>
  )
}

/** The parts, or why there are none. What was read before stays until what comes next is there. */
function Body(props: {
  readonly diff: FileDiff
  readonly hunks: readonly Hunk[] | undefined
  readonly file: FileChange
  readonly onRetry: () => void
  readonly onHandle: (handle: DiffHandle) => void
  readonly onAccept: (hunk: Hunk) => void
  readonly onReject: (hunk: Hunk) => void
}) {
  const unreadable = () => (props.diff.type === 'unreadable' ? props.diff : undefined)
  return (
    <Switch
      fallback={
        <p class={styles.note} role="status">
          {runWords.diff.loading}
        </p>
      }
    >
      <Match when={props.diff.type === 'failed'}>
        <p class={styles.note} role="status">
          {runWords.diff.failed}{' '}
          <Button size="sm" tone="ghost" onClick={() => props.onRetry()}>
            {runWords.retry}
          </Button>
        </p>
      </Match>
      <Match when={unreadable()}>
        {(known) => (
          <>
            <p class={styles.note}>{runWords.diff.unreadable}</p>
            <pre class={styles.raw} tabindex="0">
              {known().patch}
            </pre>
          </>
        )}
      </Match>
      <Match when={props.diff.type === 'ready' && props.hunks?.length === 0}>
        <p class={styles.note}>
          {props.file.status === 'renamed' ? runWords.diff.renamedOnly : runWords.diff.noChange}
        </p>
      </Match>
      <Match when={props.hunks}>
        {(hunks) => (
          <DiffView
            file={props.file}
            hunks={hunks()}
            handle={props.onHandle}
            onAccept={props.onAccept}
            onReject={props.onReject}
          />
        )}
      </Match>
    </Switch>
  )
}

function wholeOf({ path, before, after }: FileChange): FileOp {
  return {
    kind: 'revert_file',
    path,
    ...(before === undefined ? {} : { before: before.id }),
    ...(after === undefined ? {} : { after: after.id }),
  }
}

function partOf(hunk: Hunk, { path, before, after }: FileChange): FileOp | undefined {
  if (before === undefined || after === undefined) return undefined
  const { oldStart, oldLines, newStart, newLines } = hunk
  return {
    kind: 'revert_hunks',
    path,
    before: before.id,
    after: after.id,
    hunks: [{ oldStart, oldLines, newStart, newLines }],
  }
}
