import type { Editor } from '@tiptap/core'
import {
  AtSign,
  Bold,
  Check,
  Heading2,
  ImageUp,
  IndentDecrease,
  IndentIncrease,
  List,
  ListChecks,
  Plus,
  Redo2,
  Undo2,
} from 'lucide'
import { createSignal, onCleanup, onMount } from 'solid-js'
import { IconButton } from '../../../../ui/button.tsx'
import { planWords } from '../../../../words/plan.ts'
import { sameFields, useEditorState } from './use-editor-state.ts'
import styles from './bars.module.css'

const words = planWords.bar

/** Above the keyboard of a phone, in thumb reach: what has no key there. */
export function TouchBar(props: { readonly editor: Editor; readonly onPicture: () => void }) {
  const state = useEditorState(
    // oxlint-disable-next-line solid/reactivity
    props.editor,
    (editor) => ({
      bold: editor.isActive('bold'),
      heading: editor.isActive('heading'),
      bullets: editor.isActive('bulletList'),
      steps: editor.isActive('taskList'),
      item: editor.isActive('taskItem') ? 'taskItem' : editor.isActive('listItem') ? 'listItem' : undefined,
    }),
    sameFields,
  )
  const chain = () => props.editor.chain().focus()
  const raised = useKeyboardHeight()
  return (
    <div
      class={styles.touch}
      role="toolbar"
      aria-label={words.label}
      style={{ transform: `translateY(${-raised()}px)` }}
      // The keyboard stays while its buttons are pressed.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
    >
      <div class={styles.scroll}>
        <IconButton size="touch" icon={Plus} label={words.more} onClick={() => chain().insertContent('/').run()} />
        <IconButton
          size="touch"
          icon={ListChecks}
          label={words.steps}
          aria-pressed={state().steps}
          onClick={() => chain().toggleTaskList().run()}
        />
        <IconButton
          size="touch"
          icon={Heading2}
          label={words.heading}
          aria-pressed={state().heading}
          onClick={() => chain().toggleHeading({ level: 2 }).run()}
        />
        <IconButton
          size="touch"
          icon={Bold}
          label={planWords.marks.bold}
          aria-pressed={state().bold}
          onClick={() => chain().toggleBold().run()}
        />
        <IconButton
          size="touch"
          icon={List}
          label={words.bullets}
          aria-pressed={state().bullets}
          onClick={() => chain().toggleBulletList().run()}
        />
        <IconButton size="touch" icon={ImageUp} label={words.picture} onClick={() => props.onPicture()} />
        <IconButton
          size="touch"
          icon={IndentIncrease}
          label={words.indent}
          disabled={state().item === undefined}
          onClick={() =>
            chain()
              .sinkListItem(state().item ?? 'listItem')
              .run()
          }
        />
        <IconButton
          size="touch"
          icon={IndentDecrease}
          label={words.outdent}
          disabled={state().item === undefined}
          onClick={() =>
            chain()
              .liftListItem(state().item ?? 'listItem')
              .run()
          }
        />
        <IconButton
          size="touch"
          icon={AtSign}
          label={planWords.mention.label}
          onClick={() => chain().insertContent('@').run()}
        />
        <IconButton size="touch" icon={Undo2} label={words.undo} onClick={() => chain().undo().run()} />
        <IconButton size="touch" icon={Redo2} label={words.redo} onClick={() => chain().redo().run()} />
      </div>
      <IconButton size="touch" icon={Check} label={words.done} onClick={() => props.editor.commands.blur()} />
    </div>
  )
}

/** How much of the page the keyboard covers, in pixels, where the browser does not make the page smaller for it (Safari). */
function useKeyboardHeight() {
  const [height, setHeight] = createSignal(0)
  onMount(() => {
    const view = window.visualViewport
    if (view === null) return
    const follow = (): void =>
      void setHeight(Math.max(0, Math.round(window.innerHeight - view.height - view.offsetTop)))
    view.addEventListener('resize', follow)
    view.addEventListener('scroll', follow)
    onCleanup(() => {
      view.removeEventListener('resize', follow)
      view.removeEventListener('scroll', follow)
    })
    follow()
  })
  return height
}
