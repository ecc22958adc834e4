import { Extension, type Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Decoration, type NodeView } from '@tiptap/pm/view'
import { Plugin } from '@tiptap/pm/state'
import { createHighlightPlugin } from 'prosemirror-highlight'
import { highlight } from '../../../../state/highlight/highlight.ts'
import { languages } from '../../../../state/highlight/code-line.ts'
import { languageOf } from '../../../../state/highlight/language.ts'
import { planWords } from '../../../../words/plan.ts'
import styles from './code-blocks.module.css'

/** Code with its language above it, and colours that a worker finds out. */
export const CodeBlocks = Extension.create({
  name: 'codeBlocks',
  addProseMirrorPlugins() {
    const { editor } = this
    return [
      new Plugin({ props: { nodeViews: { codeBlock: (node, _view, getPos) => codeView(node, editor, getPos) } } }),
      createHighlightPlugin({
        nodeTypes: ['codeBlock'],
        languageExtractor: (node) => nameOf(node),
        parser: ({ content, language, pos }) => colours(content, language, pos),
      }),
    ]
  },
})

/** Colours of code that were found lately, by language and text: the plugin asks once with no answer at hand, and again when it came. */
const painted = new Map<string, readonly Piece[]>()
const mostPainted = 200
type Piece = { readonly from: number; readonly to: number; readonly kind: string }

function colours(content: string, name: string | undefined, pos: number): Decoration[] | Promise<void> {
  const language = languageOf(name)
  if (language === undefined || content === '') return []
  const key = `${language}\n${content}`
  const known = painted.get(key)
  if (known !== undefined) {
    return known.map(({ from, to, kind }) =>
      Decoration.inline(pos + 1 + from, pos + 1 + to, { class: styles.piece ?? '', 'data-kind': kind }),
    )
  }
  return highlight(content, language).then((lines) => {
    const pieces: Piece[] = []
    let at = 0
    for (const line of lines ?? []) {
      for (const { text, kind } of line) {
        if (kind !== 'plain') pieces.push({ from: at, to: at + text.length, kind })
        at += text.length
      }
      at += 1
    }
    const oldest = painted.keys().next().value
    if (painted.size >= mostPainted && oldest !== undefined) painted.delete(oldest)
    painted.set(key, pieces)
  })
}

function codeView(given: Node, editor: Editor, getPos: () => number | undefined): NodeView {
  let node = given
  const dom = document.createElement('div')
  dom.className = styles.block ?? ''
  const bar = dom.appendChild(document.createElement('div'))
  bar.className = styles.bar ?? ''
  bar.contentEditable = 'false'
  const select = bar.appendChild(document.createElement('select'))
  select.className = styles.language ?? ''
  select.setAttribute('aria-label', planWords.code.language)
  const pre = dom.appendChild(document.createElement('pre'))
  pre.spellcheck = false
  const code = pre.appendChild(document.createElement('code'))
  const show = (): void => {
    const name = nameOf(node) ?? ''
    const known = languages.some((language) => language === name) || name === ''
    select.replaceChildren(
      ...['', ...languages, ...(known ? [] : [name])].map((language) => {
        const option = document.createElement('option')
        option.value = language
        option.textContent = language === '' ? planWords.code.plain : language
        return option
      }),
    )
    select.value = name
    select.disabled = !editor.isEditable
  }
  show()
  select.addEventListener('change', () => {
    const at = getPos()
    if (at === undefined) return
    editor
      .chain()
      .command(({ tr }) => {
        tr.setNodeAttribute(at, 'language', select.value === '' ? null : select.value)
        return true
      })
      .focus()
      .run()
  })
  return {
    dom,
    contentDOM: code,
    update(next) {
      if (next.type !== node.type) return false
      const was = nameOf(node)
      node = next
      if (was !== nameOf(next)) show()
      return true
    },
    stopEvent: (event) => bar.contains(event.target instanceof Element ? event.target : null),
    ignoreMutation: (mutation) => mutation.type !== 'selection' && bar.contains(mutation.target),
  }
}

function nameOf(node: Node): string | undefined {
  const name: unknown = node.attrs['language']
  return typeof name === 'string' && name !== '' ? name : undefined
}
