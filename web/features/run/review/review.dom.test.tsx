import { Show, createSignal, type JSX } from 'solid-js'
import { afterEach, expect, test } from 'vitest'
import { ReviewChange } from '#shared/domain/review-change.ts'
import { ReviewComment, type ReviewAnchor } from '#shared/domain/review-comment.ts'
import { reviewThreads } from '#shared/domain/review-threads.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { BlobHash } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { button, press, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { createMemoryDeviceStore } from '../../../state/device-store.ts'
import { SceneContext, useScene } from '../scene.ts'
import { ReviewContext } from './context.ts'
import { DraftForm } from './draft-form.tsx'
import { EditFile } from './edit-file.tsx'
import { ThreadCard } from './thread-card.tsx'
import { useCommentDrafts } from './use-comment-drafts.ts'
import { useReview, type Review } from './use-review.ts'
import { useSeenFiles } from './use-seen-files.ts'

let on: Stage | undefined
afterEach(() => on?.close())

const anchor: ReviewAnchor = {
  path: 'src/a.ts',
  side: 'new',
  from: 3,
  to: 3,
  quote: 'const a = 1',
  above: [],
  below: [],
}
const idOf = (letter: string): string => letter.repeat(40)
const fileAt = (letter: string): FileChange => ({
  path: 'src/a.ts',
  status: 'modified',
  added: 1,
  removed: 1,
  before: { id: idOf('0') },
  after: { id: idOf(letter), blob: BlobHash.parse(letter.repeat(64)) },
})
const texts: Readonly<Record<string, string>> = { a: 'one\r\ntwo\r\n', b: 'one\r\nTWO\r\n', c: 'one\rtwo\n' }

/** The parts around what a test looks at, with files that are read from memory. */
function Around(props: { readonly children: (review: Review) => JSX.Element }) {
  const scene = useScene()
  const blobs = { ...scene.blobs, text: async (hash: string) => texts[hash.charAt(0)] ?? '' }
  return (
    <SceneContext.Provider value={{ ...scene, blobs }}>
      <Inside>{props.children}</Inside>
    </SceneContext.Provider>
  )
}

function Inside(props: { readonly children: (review: Review) => JSX.Element }) {
  const scene = useScene()
  const review = useReview()
  const drafts = useCommentDrafts(scene.runId)
  const value = {
    review,
    drafts,
    seen: useSeenFiles(scene.runId),
    split: () => false,
    whole: () => true,
    comment: (at: ReviewAnchor | undefined) => void drafts.open(at),
    goTo: () => undefined,
  }
  return (
    <ReviewContext.Provider value={value}>
      <button type="button" onClick={() => value.comment(anchor)}>
        Begin
      </button>
      <Show when={drafts.all()[0]}>
        {(draft) => <DraftForm draft={draft()} takesFocus stretch={() => undefined} onDone={() => undefined} />}
      </Show>
      {props.children(review)}
    </ReviewContext.Provider>
  )
}

const rowsOf = (of: Stage, prefix: string): unknown[] =>
  [...of.workspace.rows].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value)
const comments = (of: Stage): ReviewComment[] =>
  rowsOf(of, keys.reviewCommentsOf(billingRun)).map((row) => ReviewComment.parse(row))
const area = (of: Stage): HTMLTextAreaElement => {
  const found = of.root.querySelector('textarea')
  if (found === null) throw new Error('no text field')
  return found
}
function type(field: HTMLTextAreaElement, text: string): void {
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

test('a comment is there again after a reload, with its lines, and is a row once it is kept', async () => {
  const store = createMemoryDeviceStore()
  on = stage(() => <Around>{() => undefined}</Around>, { store })
  await settled()
  button(on.root, 'Begin')?.click()
  type(area(on), 'Why twice?')
  await settled()
  on.close()
  on = stage(() => <Around>{() => undefined}</Around>, { store })
  await settled()
  expect(area(on).value).toBe('Why twice?')
  press(area(on), 'Enter', { ctrlKey: true })
  await settled()
  expect(comments(on)).toMatchObject([{ text: 'Why twice?', anchor: { path: 'src/a.ts', from: 3 } }])
  expect(on.root.querySelector('textarea')).toBeNull()
})

test('comments are sent as one message, and are marked as sent', async () => {
  let send: (() => Promise<boolean>) | undefined
  on = stage(() => (
    <Around>
      {(review) => {
        send = () => review.send(() => undefined)
        return (
          <Show when={reviewThreads(review.threads().map(({ first }) => first))[0]}>
            {(thread) => <ThreadCard thread={thread()} />}
          </Show>
        )
      }}
    </Around>
  ))
  await settled()
  button(on.root, 'Begin')?.click()
  type(area(on), 'Why twice?')
  press(area(on), 'Enter', { ctrlKey: true })
  await settled()
  expect(on.root.textContent).toContain('Not sent to the agent')
  const before = rowsOf(on, keys.promptsOf(billingRun)).length
  expect(await send?.()).toBe(true)
  await settled()
  expect(rowsOf(on, keys.promptsOf(billingRun))).toHaveLength(before + 1)
  expect(comments(on)[0]?.sent).toBeDefined()
  expect(on.root.textContent).toContain('You sent it to the agent')
})

test('an edit is written over the very content it began with; where that has changed both are shown', async () => {
  const [file, setFile] = createSignal(fileAt('a'))
  on = stage(() => <Around>{() => <EditFile file={file()} onClose={() => undefined} />}</Around>)
  await settled()
  expect(area(on).value).toBe('one\ntwo\n')
  type(area(on), 'one\nmine\n')
  setFile(fileAt('b'))
  await settled()
  expect(on.root.textContent).toContain('The file has changed since you began to edit it.')
  expect(on.root.querySelector('pre')?.textContent).toContain('TWO')
  expect(area(on).value).toBe('one\nmine\n')
  expect(button(on.root, 'Save to the workspace')?.disabled).toBe(true)
  button(on.root, 'Go on with yours, over it')?.click()
  await settled()
  press(area(on), 'Enter', { ctrlKey: true })
  await settled()
  const [change] = rowsOf(on, keys.reviewChangesOf(billingRun)).map((row) => ReviewChange.parse(row))
  expect(change).toMatchObject({ ops: [{ kind: 'write', path: 'src/a.ts' }], state: 'accepted' })
})

test('a file whose line ends a browser would change is not edited', async () => {
  on = stage(() => <Around>{() => <EditFile file={fileAt('c')} onClose={() => undefined} />}</Around>)
  await settled()
  expect(on.root.querySelector('textarea')).toBeNull()
  expect(on.root.textContent).toContain('mixes two kinds of line ends')
})
