import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { NodeSelection, Plugin } from '@tiptap/pm/state'
import type { NodeView } from '@tiptap/pm/view'
import { imageOf } from '#sync/core/plan/image-address.ts'
import { mentionKinds, type MentionKind } from '#sync/core/plan/schema.ts'
import { planWords } from '../../../../words/plan.ts'
import { createImageView, type ShownImages } from '../images/image-view.ts'
import styles from './inline-views.module.css'

/** Where a mention leads within the app; `undefined`: nowhere yet. */
export function hrefOf(kind: MentionKind, id: string): string | undefined {
  if (!/^[\w-]{1,80}$/.test(id)) return undefined
  if (kind === 'plan') return `/plans/${id}`
  return kind === 'run' ? `/runs/${id}` : undefined
}

export type InlineViewsOptions = {
  readonly onGo: (href: string) => void
  readonly images: ShownImages | undefined
  /** What a picture that is selected shows is to be said. */
  readonly onDescribe: () => void
}

/** Mentions as links of the app, and pictures: `onGo` follows one. */
export const InlineViews = Extension.create<InlineViewsOptions>({
  name: 'inlineViews',
  addOptions: () => ({ onGo: () => undefined, images: undefined, onDescribe: () => undefined }),
  addProseMirrorPlugins() {
    const { onGo, images, onDescribe } = this.options
    return [
      new Plugin({
        props: {
          nodeViews: {
            mention: (node) => mentionView(node, onGo),
            image: (node) => pictureView(node, images),
          },
          handleKeyDown(view, event) {
            const { selection } = view.state
            if (event.key !== 'Enter' || event.isComposing || !view.editable) return false
            if (!(selection instanceof NodeSelection) || selection.node.type.name !== 'image') return false
            onDescribe()
            return true
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
function pictureView(node: Node, images: ShownImages | undefined): NodeView {
  const [src, alt] = [textOf(node, 'src'), textOf(node, 'alt')]
  const own = imageOf(src)
  if (own !== undefined && images !== undefined) return createImageView(own, node, images)
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
