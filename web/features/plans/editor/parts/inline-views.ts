import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { NodeSelection, Plugin, type EditorState } from '@tiptap/pm/state'
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

/** What is done with a mention: `onGo` follows one within the app, `onPath` takes the path of a file. */
export type MentionActs = { readonly onGo: (href: string) => void; readonly onPath: (path: string) => void }

export type InlineViewsOptions = MentionActs & {
  readonly images: ShownImages | undefined
  /** What a picture that is selected shows is to be said. */
  readonly onDescribe: () => void
}

/** Mentions as links of the app, and pictures. Alt Enter beside a mention does what a press on it does; Enter on a picture asks what it shows. */
export const InlineViews = Extension.create<InlineViewsOptions>({
  name: 'inlineViews',
  addOptions: () => ({
    onGo: () => undefined,
    onPath: () => undefined,
    images: undefined,
    onDescribe: () => undefined,
  }),
  addProseMirrorPlugins() {
    const acts = this.options
    const { images, onDescribe } = acts
    return [
      new Plugin({
        props: {
          nodeViews: {
            mention: (node) => mentionView(node, acts),
            image: (node) => pictureView(node, images),
          },
          handleKeyDown({ state, editable }, event) {
            if (event.key !== 'Enter' || event.metaKey || event.ctrlKey || event.shiftKey || event.isComposing)
              return false
            if (event.altKey) {
              const act = actOf(mentionAt(state), acts)
              act?.()
              return act !== undefined
            }
            const { selection } = state
            if (!editable || !(selection instanceof NodeSelection) || selection.node.type.name !== 'image') return false
            onDescribe()
            return true
          },
        },
      }),
    ]
  },
})

/** The mention that is marked, or stands before or after the caret. */
function mentionAt({ selection }: EditorState): Node | undefined {
  const near = [
    selection instanceof NodeSelection ? selection.node : null,
    selection.$from.nodeBefore,
    selection.$to.nodeAfter,
  ]
  return near.find((node) => node?.type.name === 'mention') ?? undefined
}

function targetOf(node: Node): { readonly kind: MentionKind; readonly id: string } {
  return { kind: mentionKinds.find((known) => known === node.attrs['kind']) ?? 'path', id: textOf(node, 'id') }
}

function actOf(node: Node | undefined, { onGo, onPath }: MentionActs): (() => void) | undefined {
  if (node === undefined) return undefined
  const { kind, id } = targetOf(node)
  if (kind === 'path') return () => onPath(id)
  const href = hrefOf(kind, id)
  return href === undefined ? undefined : () => onGo(href)
}

function mentionView(node: Node, acts: MentionActs): NodeView {
  const { kind, id } = targetOf(node)
  if (kind === 'path') return pathView(node, acts)
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
      acts.onGo(href)
    })
  }
  return { dom }
}

/** A button that wraps as words do. */
function pathView(node: Node, { onPath }: MentionActs): NodeView {
  const { id } = targetOf(node)
  const dom = document.createElement('span')
  dom.className = styles.mention ?? ''
  dom.dataset['kind'] = 'path'
  dom.textContent = textOf(node, 'label') || id
  dom.title = planWords.file.title
  dom.setAttribute('role', 'button')
  dom.tabIndex = 0
  dom.addEventListener('click', () => onPath(id))
  const isPress = (event: Event): boolean =>
    event instanceof KeyboardEvent && event.target === dom && (event.key === 'Enter' || event.key === ' ')
  dom.addEventListener('keydown', (event) => {
    if (!isPress(event)) return
    event.preventDefault()
    onPath(id)
  })
  return { dom, stopEvent: isPress }
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
