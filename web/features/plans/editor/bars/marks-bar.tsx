import type { Editor } from '@tiptap/core'
import {
  Bold,
  Check,
  Code,
  ExternalLink,
  Italic,
  Link2,
  MessageSquare,
  Strikethrough,
  Unlink,
  type IconNode,
} from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { IconButton } from '../../../../ui/button.tsx'
import { commentWords } from '../../../../words/plan-comments.ts'
import { planWords } from '../../../../words/plan.ts'
import { sameFields, useEditorState } from './use-editor-state.ts'
import styles from './bars.module.css'

const marks = ['bold', 'italic', 'strike', 'code'] as const
const icons: Record<(typeof marks)[number], IconNode> = {
  bold: Bold,
  italic: Italic,
  strike: Strikethrough,
  code: Code,
}
const words = planWords.link

/** What hangs at marked text: its form, and its link. */
export function MarksBar(props: { readonly editor: Editor; readonly onComment: () => void }) {
  const [linking, setLinking] = createSignal(false)
  const state = useEditorState(
    // One bar for one editor.
    // oxlint-disable-next-line solid/reactivity
    props.editor,
    (editor) => ({
      bold: editor.isActive('bold'),
      italic: editor.isActive('italic'),
      strike: editor.isActive('strike'),
      code: editor.isActive('code'),
      link: linkAt(editor),
      at: editor.state.selection.from,
    }),
    sameFields,
  )
  return (
    <div class={styles.bar} role="toolbar" aria-label={planWords.marks.label} onMouseDown={keepFocus}>
      <Show
        when={linking()}
        fallback={
          <>
            <For each={marks}>
              {(mark) => (
                <IconButton
                  icon={icons[mark]}
                  label={planWords.marks[mark]}
                  aria-pressed={state()[mark]}
                  onClick={() => props.editor.chain().focus().toggleMark(mark).run()}
                />
              )}
            </For>
            <IconButton
              icon={Link2}
              label={planWords.marks.link}
              aria-pressed={state().link !== undefined}
              onClick={() => setLinking(true)}
            />
            <IconButton
              icon={MessageSquare}
              label={commentWords.add}
              keys={commentWords.addKeys}
              onClick={() => props.onComment()}
            />
          </>
        }
      >
        <LinkForm editor={props.editor} href={state().link ?? ''} onDone={() => setLinking(false)} />
      </Show>
    </div>
  )
}

function LinkForm(props: { readonly editor: Editor; readonly href: string; readonly onDone: () => void }) {
  let input!: HTMLInputElement
  const done = (): void => {
    props.onDone()
    props.editor.commands.focus()
  }
  return (
    <form
      class={styles.link}
      onSubmit={(event) => {
        event.preventDefault()
        const href = toHref(input.value)
        const chain = props.editor.chain().focus().extendMarkRange('link')
        if (href === undefined) chain.unsetLink().run()
        else chain.setLink({ href }).run()
        done()
      }}
    >
      <input
        ref={(element) => {
          input = element
          queueMicrotask(() => element.focus())
        }}
        type="text"
        inputmode="url"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-label={words.label}
        placeholder={words.holder}
        value={props.href}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          event.stopPropagation()
          done()
        }}
      />
      <IconButton icon={Check} label={words.set} type="submit" />
      <Show when={props.href !== ''}>
        <IconButton
          icon={Unlink}
          label={words.remove}
          onClick={() => {
            props.editor.chain().focus().extendMarkRange('link').unsetLink().run()
            done()
          }}
        />
        <IconButton
          icon={ExternalLink}
          label={words.open}
          onClick={() => window.open(props.href, '_blank', 'noreferrer,noopener')}
        />
      </Show>
    </form>
  )
}

/** What was typed, as an address: a name of a host alone is one of the web. Nothing that could run. */
function toHref(typed: string): string | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  if (/^(?:https?:|mailto:|drover:)/i.test(text) || text.startsWith('/') || text.startsWith('#')) return text
  return /^[a-z][\w+.-]*:/i.test(text) ? undefined : `https://${text}`
}

function linkAt(editor: Editor): string | undefined {
  const href: unknown = editor.getAttributes('link')['href']
  return typeof href === 'string' && href !== '' ? href : undefined
}

/** Pressing a button leaves what is marked marked; a field takes the focus. */
export function keepFocus(event: MouseEvent): void {
  if (!(event.target instanceof HTMLInputElement)) event.preventDefault()
}
