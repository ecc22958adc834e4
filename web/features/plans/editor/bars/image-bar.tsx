import type { Editor } from '@tiptap/core'
import { NodeSelection } from '@tiptap/pm/state'
import { Check, Trash2 } from 'lucide'
import { IconButton } from '../../../../ui/button.tsx'
import { planWords } from '../../../../words/plan.ts'
import { keepFocus } from './marks-bar.tsx'
import { sameFields, useEditorState } from './use-editor-state.ts'
import styles from './bars.module.css'

const words = planWords.images
const altLimit = 300

/** What hangs at a picture that is selected: what it shows, in words, and its way out. */
export function ImageBar(props: { readonly editor: Editor }) {
  let input!: HTMLInputElement
  const state = useEditorState(
    // One bar for one editor.
    // oxlint-disable-next-line solid/reactivity
    props.editor,
    (editor) => ({ alt: selectedImage(editor)?.alt ?? '', at: editor.state.selection.from }),
    sameFields,
  )
  const set = (): void => {
    const image = selectedImage(props.editor)
    const alt = input.value.trim().slice(0, altLimit).toWellFormed()
    if (image === undefined || alt === image.alt) return
    const { tr } = props.editor.state
    tr.setNodeAttribute(image.at, 'alt', alt === '' ? null : alt)
    props.editor.view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, image.at)))
  }
  return (
    <div class={styles.bar} role="toolbar" aria-label={words.bar} onMouseDown={keepFocus}>
      <form
        class={styles.link}
        onSubmit={(event) => {
          event.preventDefault()
          set()
          props.editor.commands.focus()
        }}
      >
        <input
          ref={input}
          type="text"
          autocomplete="off"
          maxlength={altLimit}
          aria-label={words.alt}
          placeholder={words.altHolder}
          value={state().alt}
          onBlur={set}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            event.stopPropagation()
            input.value = state().alt
            props.editor.commands.focus()
          }}
        />
        <IconButton icon={Check} label={words.setAlt} type="submit" />
      </form>
      <IconButton
        icon={Trash2}
        label={words.remove}
        onClick={() => props.editor.chain().focus().deleteSelection().run()}
      />
    </div>
  )
}

function selectedImage({ state }: Editor): { readonly at: number; readonly alt: string } | undefined {
  const { selection } = state
  if (!(selection instanceof NodeSelection) || selection.node.type.name !== 'image') return undefined
  const alt: unknown = selection.node.attrs['alt']
  return { at: selection.from, alt: typeof alt === 'string' ? alt : '' }
}
