import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { GripVertical } from 'lucide'
import { Show, createEffect, createSignal, on, onCleanup, onMount } from 'solid-js'
import { Portal } from 'solid-js/web'
import type { Plan } from '#shared/domain/plan.ts'
import { contentTypeOf, imageTypes } from '#shared/domain/plan-image.ts'
import { uuidv7 } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { usePlatform } from '../../../state/platform.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Icon } from '../../../ui/icon.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { planWords } from '../../../words/plan.ts'
import type { Someone } from './parts/caret.ts'
import { createPlanEditor } from './create-editor.ts'
import { ImageBar } from './bars/image-bar.tsx'
import { MarksBar } from './bars/marks-bar.tsx'
import { mentionItems } from './suggest/mention-items.ts'
import { PictureDialog } from './bars/picture-dialog.tsx'
import { useReading, type Reading } from './reading.ts'
import { showSteps } from './parts/section-steps.ts'
import { showStepRuns, type StepRun } from './parts/step-runs.ts'
import { createSuggest } from './suggest/suggest.ts'
import { SuggestMenu } from './suggest/suggest-menu.tsx'
import { TableBar } from './bars/table-bar.tsx'
import { TouchBar } from './bars/touch-bar.tsx'
import { createPutImages } from './images/put-images.ts'
import styles from './editor-pane.module.css'

/** A plan's text, to be read and written. One editor for one document: the page mounts it anew for another. */
export function EditorPane(props: {
  readonly plan: Plan
  readonly document: PlanDocument
  readonly me: Someone
  readonly editable: boolean
  readonly phone: boolean
  readonly onGo: (href: string) => void
  /** The path of a file was pressed. */
  readonly onPath: (path: string) => void
  readonly onEditor: (editor: Editor | undefined) => void
  readonly onReading: (reading: Reading) => void
  readonly onThread: (thread: string) => void
  readonly onComment: () => void
  /** Which runs are at which of its steps. */
  readonly stepRuns: (plan: Node) => readonly StepRun[]
}) {
  const data = useTeamData()
  const platform = usePlatform()
  const workspace = useWorkspace()
  const [editor, setEditor] = createSignal<Editor>()
  const [picturing, setPicturing] = createSignal(false)
  const suggest = createSuggest()
  const put = createPutImages({
    images: workspace,
    // One editor for one plan.
    // oxlint-disable-next-line solid/reactivity
    planId: props.plan.id,
    onProblem: (text) => showToast({ text }),
  })
  let host!: HTMLDivElement
  let picker!: HTMLInputElement
  const marksBar = floating()
  const tableBar = floating()
  const imageBar = floating()
  const handle = document.createElement('div')
  handle.className = styles.handle ?? ''
  handle.title = planWords.handle
  handle.style.visibility = 'hidden'

  onMount(() => {
    const made = createPlanEditor({
      element: host,
      document: props.document,
      me: props.me,
      editable: props.editable,
      suggest,
      mentions: (query) => mentionItems(query, { plans: data.plans.all(), runs: data.runs.all(), own: props.plan.id }),
      newId: () => uuidv7(platform.now(), platform.random(10)),
      onGo: (href) => props.onGo(href),
      onPath: (path) => props.onPath(path),
      onThread: (thread) => props.onThread(thread),
      onComment: () => props.onComment(),
      onPicture: (from) => (from === 'device' ? picker.click() : setPicturing(true)),
      images: workspace,
      onFiles: (files, at) => void put(made, files, at),
      marksBar,
      tableBar,
      imageBar,
      handle,
    })
    setEditor(made)
    props.onEditor(made)
    onCleanup(() => {
      props.onEditor(undefined)
      made.destroy()
    })
  })
  createEffect(
    on(
      () => props.editable,
      (editable) => editor()?.setEditable(editable, false),
      { defer: true },
    ),
  )

  return (
    <>
      <div class={styles.scroller} data-plan-scroller="">
        <div ref={host} class={styles.page} />
      </div>
      <Show when={editor()} keyed>
        {(known) => (
          <>
            <Follow
              editor={known}
              onReading={(reading) => props.onReading(reading)}
              stepRuns={(plan) => props.stepRuns(plan)}
            />
            <SuggestMenu list={suggest} textbox={known.view.dom} />
            <PictureDialog
              open={picturing()}
              onClose={() => setPicturing(false)}
              onPicture={(picture) => known.chain().focus().insertContent({ type: 'image', attrs: picture }).run()}
            />
            <Portal mount={marksBar}>
              <MarksBar editor={known} onComment={() => props.onComment()} />
            </Portal>
            <Portal mount={tableBar}>
              <TableBar editor={known} />
            </Portal>
            <Portal mount={imageBar}>
              <ImageBar editor={known} />
            </Portal>
            <input
              ref={picker}
              type="file"
              accept={imageTypes.map(contentTypeOf).join(',')}
              multiple
              hidden
              onChange={() => {
                void put(known, [...(picker.files ?? [])])
                picker.value = ''
              }}
            />
            <Portal mount={handle}>
              <Icon of={GripVertical} size="sm" />
            </Portal>
            <Show when={props.phone && props.editable}>
              <Writing editor={known} onPicture={() => picker.click()} />
            </Show>
          </>
        )}
      </Show>
    </>
  )
}

/** Tells what the text is as a whole, whenever that has changed. */
function Follow(props: {
  readonly editor: Editor
  readonly onReading: (reading: Reading) => void
  readonly stepRuns: (plan: Node) => readonly StepRun[]
}) {
  // oxlint-disable-next-line solid/reactivity
  const reading = useReading(props.editor)
  createEffect(() => {
    const now = reading()
    props.onReading(now)
    showSteps(props.editor, now)
  })
  // Anew with each reading, since a step's words may have changed, and whenever a run goes on.
  createEffect(() => {
    reading()
    showStepRuns(props.editor, props.stepRuns(props.editor.state.doc))
  })
  return undefined
}

/** The bar above the keyboard, while the text has the focus. */
function Writing(props: { readonly editor: Editor; readonly onPicture: () => void }) {
  // oxlint-disable-next-line solid/reactivity
  const { editor } = props
  const [writing, setWriting] = createSignal(editor.isFocused)
  const begin = (): void => void setWriting(true)
  const end = (): void => void setWriting(false)
  editor.on('focus', begin)
  editor.on('blur', end)
  onCleanup(() => {
    editor.off('focus', begin)
    editor.off('blur', end)
  })
  return (
    <Show when={writing()}>
      <TouchBar editor={editor} onPicture={() => props.onPicture()} />
    </Show>
  )
}

/** What the editor shows and hides by itself; until then it takes no room. */
function floating(): HTMLElement {
  const element = document.createElement('div')
  element.className = styles.floating ?? ''
  element.style.visibility = 'hidden'
  return element
}
