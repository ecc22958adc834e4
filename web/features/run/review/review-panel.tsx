import * as KDialog from '@kobalte/core/dialog'
import { ChevronLeft, ChevronRight, Columns2, Files, GitPullRequest, MessageSquare, Rows2, Send, X } from 'lucide'
import { Show, createEffect, createMemo, createSignal, on } from 'solid-js'
import { wholeText } from '#shared/domain/bounded-text.ts'
import type { ReviewAnchor } from '#shared/domain/review-comment.ts'
import type { ReviewThread } from '#shared/domain/review-threads.ts'
import { isKey, isTyping, useKeyboard } from '../../../state/keyboard.ts'
import { useMedia } from '../../../state/frame.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Sheet, useOpener } from '../../../ui/dialog.tsx'
import { InDialogContext } from '../../../ui/in-dialog.ts'
import { Select } from '../../../ui/select.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { publishWords } from '../../../words/publish.ts'
import { reviewWords } from '../../../words/review.ts'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { ChangesStrip } from './changes-strip.tsx'
import { CommentsSheet } from './comments-sheet.tsx'
import { ReviewContext } from './context.ts'
import { DraftForm } from './draft-form.tsx'
import { FileList } from './file-list.tsx'
import { FilePane, type PaneHandle } from './file-pane.tsx'
import { PublishDialog } from './publish/publish-dialog.tsx'
import { PublishStrip } from './publish/publish-strip.tsx'
import { useCommentDrafts } from './use-comment-drafts.ts'
import { useReview } from './use-review.ts'
import { useSeenFiles } from './use-seen-files.ts'
import { useViews } from './use-views.ts'
import styles from './review-panel.module.css'

/** What a run changed, to be read, commented on, accepted, rejected and edited. It lies over the page and has its own address, so that back closes it. */
export function ReviewPanel(props: {
  readonly model: TranscriptModel
  readonly path: string | undefined
  readonly onPath: (path: string) => void
  readonly onClose: () => void
}) {
  const scene = useScene()
  const keyboard = useKeyboard()
  const review = useReview()
  const drafts = useCommentDrafts(scene.runId)
  const seen = useSeenFiles(scene.runId)
  // oxlint-disable-next-line solid/reactivity
  const views = useViews(props.model, seen)
  const wide = useMedia('(width >= 64em)')
  const narrow = useMedia('(width <= 52em)')
  const [wantsSplit, setSplit] = createSignal(false)
  const [showsFiles, setShowsFiles] = createSignal(false)
  const [showsComments, setShowsComments] = createSignal(false)
  /** The draft in the sheet, where there is no room beside the lines. */
  const [inSheet, setInSheet] = createSignal<string>()
  const [pane, setPane] = createSignal<PaneHandle>()
  const [goal, setGoal] = createSignal<ReviewThread>()
  const [busy, setBusy] = createSignal(false)
  const [publishing, setPublishing] = createSignal<'new' | 'again'>()
  const mayPublish = () => review.mayReview() && views.whole().length > 0
  /** What the agent said last, which is mostly what it did. */
  const lastWords = (): string => {
    const said = props.model.view()?.entries.findLast(({ body }) => body.kind === 'message')?.body
    return said?.kind === 'message' ? (wholeText(said.text) ?? '') : ''
  }
  const split = () => wantsSplit() && wide()
  const giveBack = useOpener(
    () => true,
    () => scene.toTranscript(),
  )
  const files = views.files
  const at = createMemo(() => {
    const index = files().findIndex((file) => file.path === props.path)
    return index === -1 ? 0 : index
  })
  const current = () => files()[at()]
  const step = (by: 1 | -1): boolean => {
    const next = files()[at() + by]
    if (next === undefined) return false
    props.onPath(next.path)
    return true
  }
  const sheetDraft = () => drafts.all().find(({ id }) => id === inSheet())

  const comment = (anchor: ReviewAnchor | undefined): void => {
    const draft = drafts.open(anchor)
    if (draft === undefined) return showToast({ text: reviewWords.tooManyDrafts })
    if (scene.phone() || anchor === undefined) setInSheet(draft.id)
  }
  const goTo = (thread: ReviewThread): void => {
    const { anchor } = thread.first
    const file = files().find(({ path, oldPath }) => path === anchor?.path || oldPath === anchor?.path)
    setShowsComments(false)
    if (file === undefined) return
    props.onPath(file.path)
    setGoal(thread)
  }
  createEffect(
    on([goal, () => pane()?.diff()], ([thread, diff]) => {
      if (thread === undefined || diff === undefined) return
      diff.show(thread)
      setGoal(undefined)
    }),
  )
  const place = (thread: ReviewThread): { from: number; to: number } | undefined => {
    const { anchor } = thread.first
    if (anchor === undefined) return undefined
    const file = files().find(({ path }) => path === anchor.path)
    const version = anchor.side === 'old' ? file?.before?.id : file?.after?.id
    // Of the file on the screen it is known; of another one by its content alone.
    if (file?.path === current()?.path) return pane()?.diff()?.place(thread)
    return version === anchor.version ? anchor : undefined
  }
  const send = async (): Promise<void> => {
    if (busy() || !review.mayReview() || review.unsentCount() === 0) return
    setBusy(true)
    await review.send(place)
    setBusy(false)
  }

  const handleKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const { target, currentTarget } = event
    // What lies over it has its own keys.
    if (event.defaultPrevented || !(target instanceof Node) || !currentTarget.contains(target)) return
    if (isKey(event, 'Mod+Enter') && !isTyping(target)) {
      event.preventDefault()
      void send()
      return
    }
    if (isTyping(target) || (target instanceof Element && target.closest('[role="menu"], [role="listbox"]') !== null))
      return
    const act = actOf(event)
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  const actOf = (event: KeyboardEvent): (() => void) | undefined => {
    const move = (by: 1 | -1) => () => {
      if (pane()?.diff()?.move(by) !== true) step(by)
    }
    // Where buttons stand in a row the arrows may be theirs.
    if (isKey(event, 'ArrowDown')) return move(1)
    if (isKey(event, 'ArrowUp')) return move(-1)
    if (isKey(event, 'ArrowRight')) return () => void step(1)
    if (isKey(event, 'ArrowLeft')) return () => void step(-1)
    if (!keyboard.lettersOn()) return undefined
    if (isKey(event, 'j')) return move(1)
    if (isKey(event, 'k')) return move(-1)
    if (isKey(event, 'x')) return () => pane()?.view()
    if (!review.mayReview()) return undefined
    if (isKey(event, 'c')) return () => pane()?.diff()?.comment()
    if (isKey(event, 'a')) return () => pane()?.acceptPart()
    if (isKey(event, 'r')) return () => pane()?.rejectPart()
    if (isKey(event, 'e')) return () => pane()?.edit()
    return undefined
  }
  const list = (onPath: (path: string) => void) => (
    <FileList files={files()} more={views.more()} current={current()?.path} touch={scene.phone()} onPath={onPath} />
  )

  return (
    <ReviewContext.Provider
      value={{ review, drafts, seen, split, whole: () => views.chosen() === 'run', comment, goTo }}
    >
      <KDialog.Root open onOpenChange={(open) => !open && props.onClose()} modal preventScroll={false}>
        <KDialog.Portal>
          <KDialog.Overlay class={styles.scrim} />
          <KDialog.Content
            class={styles.panel}
            data-leave=""
            onOpenAutoFocus={focusPanel}
            onCloseAutoFocus={giveBack}
            onKeyDown={handleKeyDown}
          >
            <InDialogContext.Provider value>
              <header class={styles.head}>
                <KDialog.Title class={styles.title}>{runWords.diff.title}</KDialog.Title>
                <span class={styles.counts}>
                  <PlusMinus
                    added={files().reduce((sum, file) => sum + file.added, 0)}
                    removed={files().reduce((sum, file) => sum + file.removed, 0)}
                  />
                </span>
                <span class={styles.view}>
                  <Select
                    label={reviewWords.view}
                    labelHidden
                    choices={views.choices()}
                    value={views.chosen()}
                    onChange={views.choose}
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
                <Show when={mayPublish()}>
                  <Show
                    when={!scene.phone()}
                    fallback={
                      <IconButton
                        icon={GitPullRequest}
                        label={publishWords.open}
                        onClick={() => setPublishing('new')}
                      />
                    }
                  >
                    <Button size="sm" icon={GitPullRequest} onClick={() => setPublishing('new')}>
                      {publishWords.open}
                    </Button>
                  </Show>
                </Show>
                <Show when={!scene.guest}>
                  <IconButton
                    icon={MessageSquare}
                    label={reviewWords.comments(review.open().length)}
                    onClick={() => setShowsComments(true)}
                  />
                </Show>
                <IconButton icon={X} label={runWords.diff.close} onClick={() => props.onClose()} />
              </header>
              <ChangesStrip />
              <Show when={!scene.guest}>
                <PublishStrip onAgain={() => setPublishing('again')} />
              </Show>
              <Show when={views.loaded()} fallback={<SkeletonRows waitsFor={runWords.diff.loading} />}>
                <Show
                  when={current()}
                  fallback={
                    <p class={styles.none}>
                      {views.chosen() === 'since'
                        ? reviewWords.nothingNew
                        : views.chosen() === 'run'
                          ? runWords.diff.none
                          : reviewWords.nothingInTurn}
                    </p>
                  }
                >
                  {(file) => (
                    <div class={styles.two} data-narrow={narrow() ? '' : undefined}>
                      <Show when={!narrow()}>
                        <div class={styles.side}>{list((path) => props.onPath(path))}</div>
                      </Show>
                      <div class={styles.main}>
                        <div class={styles.steps}>
                          <Show when={narrow()}>
                            <Button size="sm" icon={Files} onClick={() => setShowsFiles(true)}>
                              {reviewWords.files(files().length)}
                            </Button>
                          </Show>
                          <span class={styles.where}>{reviewWords.place(at() + 1, files().length)}</span>
                          <IconButton
                            icon={ChevronLeft}
                            label={reviewWords.previousFile}
                            disabled={at() === 0}
                            onClick={() => step(-1)}
                          />
                          <IconButton
                            icon={ChevronRight}
                            label={reviewWords.nextFile}
                            disabled={at() + 1 >= files().length}
                            onClick={() => step(1)}
                          />
                        </div>
                        <Show when={views.chosen() === 'since' && views.since(file()) === undefined}>
                          <p class={styles.note}>{reviewWords.sinceWhole}</p>
                        </Show>
                        <Show when={`${views.chosen()} ${file().path}`} keyed>
                          {(_place) => <FilePane file={file()} since={views.since(file())} handle={setPane} />}
                        </Show>
                      </div>
                    </div>
                  )}
                </Show>
              </Show>
              <Show when={review.mayReview() && (review.unsentCount() > 0 || drafts.written() > 0)}>
                <footer class={styles.foot}>
                  <span class={styles.grow}>
                    <Show when={drafts.written() > 0}>{reviewWords.unwritten(drafts.written())}</Show>
                  </span>
                  <Show when={review.unsentCount() > 0}>
                    <Button
                      tone="ink"
                      size={scene.phone() ? 'touch' : 'md'}
                      icon={Send}
                      aria-label={reviewWords.sendTo(review.unsentCount(), scene.agent().name)}
                      aria-busy={busy()}
                      disabled={busy()}
                      onClick={() => void send()}
                    >
                      {reviewWords.send(review.unsentCount())}
                    </Button>
                  </Show>
                </footer>
              </Show>
            </InDialogContext.Provider>
          </KDialog.Content>
        </KDialog.Portal>
      </KDialog.Root>
      <Sheet open={narrow() && showsFiles()} onOpenChange={setShowsFiles} title={runWords.diff.files}>
        <div class={styles.inSheet}>
          {list((path) => {
            setShowsFiles(false)
            props.onPath(path)
          })}
        </div>
      </Sheet>
      <Show when={!scene.guest}>
        <PublishDialog
          open={publishing() !== undefined}
          again={publishing() === 'again'}
          accepted={views.whole().filter((file) => review.isAccepted(file))}
          summary={lastWords()}
          onClose={() => setPublishing(undefined)}
        />
      </Show>
      <CommentsSheet
        open={showsComments()}
        onOpenChange={setShowsComments}
        onCommentAll={() => {
          setShowsComments(false)
          comment(undefined)
        }}
      />
      <Sheet
        open={sheetDraft() !== undefined}
        onOpenChange={(open) => !open && setInSheet(undefined)}
        title={reviewWords.newComment}
      >
        <Show when={sheetDraft()}>
          {(draft) => (
            <DraftForm
              draft={draft()}
              takesFocus
              stretch={(anchor, by) => pane()?.diff()?.stretch(anchor, by)}
              onDone={() => setInSheet(undefined)}
            />
          )}
        </Show>
      </Sheet>
    </ReviewContext.Provider>
  )
}

/** The panel takes the focus, not its first button: nothing is chosen yet. */
function focusPanel(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
}
