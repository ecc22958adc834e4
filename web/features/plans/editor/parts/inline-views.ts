import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { NodeView } from '@tiptap/pm/view'
import { mentionKinds, type MentionKind } from '#sync/core/plan/schema.ts'
import { planWords } from '../../../../words/plan.ts'
import styles from './inline-views.module.css'

/** Where a mention leads within the app; `undefined`: nowhere yet. */
export function hrefOf(kind: MentionKind, id: string): string | undefined {
  if (!/^[\w-]{1,80}$/.test(id)) return undefined
  if (kind === 'plan') return `/plans/${id}`
  return kind === 'run' ? `/runs/${id}` : undefined
}

/** Mentions as links of the app, and pictures: `onGo` follows one. */
export const InlineViews = Extension.create<{ onGo: (href: string) => void }>({
  name: 'inlineViews',
  addOptions: () => ({ onGo: () => undefined }),
  addProseMirrorPlugins() {
    const { onGo } = this.options
    return [
      new Plugin({
        props: {
          nodeViews: {
            mention: (node) => mentionView(node, onGo),
            image: (node) => pictureView(node),
          },
        },
      }),
    ]
  },
})

function mentionView(node: Node, onGo: (href: string) => void): NodeView {
  const kind = mentionKinds.find((known) => known === node.attrs['kind']) ?? 'path'
  const id = textOf(node, 'id')
  const href = hrefOf(kind, id)
  const dom: HTMLElement = document.createElement(href === undefined ? 'span' : 'a')
  dom.className = styles.mention ?? ''
  dom.dataset['kind'] = kind
  dom.textContent = textOf(node, 'label') || id
  dom.title = planWords.mention.of[kind]
  if (href !== undefined) {
    dom.setAttribute('href', href)
    dom.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      onGo(href)
    })
  }
  return { dom }
}

/** Pictures of other servers are not fetched: they would tell who reads what. Their address is there to be opened. */
function pictureView(node: Node): NodeView {
  const [src, alt] = [textOf(node, 'src'), textOf(node, 'alt')]
  if (src.startsWith('/') && !src.startsWith('//')) {
    const dom = document.createElement('img')
    dom.className = styles.picture ?? ''
    dom.src = src
    dom.alt = alt
    return { dom }
  }
  const dom = document.createElement('a')
  dom.className = styles.mention ?? ''
  dom.dataset['kind'] = 'picture'
  dom.textContent = planWords.picture(alt === '' ? src : alt)
  dom.title = src
  if (/^https?:/.test(src)) {
    dom.href = src
    dom.target = '_blank'
    dom.rel = 'noreferrer noopener'
  }
  return { dom }
}

function textOf(node: Node, name: string): string {
  const value: unknown = node.attrs[name]
  return typeof value === 'string' ? value : ''
}
