import type { Editor } from '@tiptap/core'
import { createEffect, createSignal, onCleanup, type Accessor } from 'solid-js'
import type { Reading } from '../editor/reading.ts'

/** Pixels below the top of what is shown: a heading above this line is being read. */
const linePx = 96

/** The part of the plan at the top of what is shown, found at most once a frame while it scrolls. Needs an owner. */
export function useCurrentSection(
  editor: Accessor<Editor | undefined>,
  reading: Accessor<Reading | undefined>,
): Accessor<string | undefined> {
  const [current, setCurrent] = createSignal<string>()
  createEffect(() => {
    const [known, read] = [editor(), reading()]
    const scroller = known?.view.dom.closest('[data-plan-scroller]')
    if (known === undefined || read === undefined || !(scroller instanceof HTMLElement)) return
    let frame: number | undefined
    const look = (): void => {
      frame = undefined
      const line = scroller.getBoundingClientRect().top + linePx
      // Headings stand in order: halve until the last one above the line is found.
      let [low, high] = [0, read.sections.length]
      while (low < high) {
        const middle = (low + high) >> 1
        const top = topOf(known, read.sections[middle]?.at ?? 0)
        if (top !== undefined && top <= line) low = middle + 1
        else high = middle
      }
      setCurrent(read.sections[low - 1]?.key)
    }
    const soon = (): void => {
      frame ??= requestAnimationFrame(look)
    }
    soon()
    scroller.addEventListener('scroll', soon, { passive: true })
    onCleanup(() => {
      scroller.removeEventListener('scroll', soon)
      if (frame !== undefined) cancelAnimationFrame(frame)
    })
  })
  return current
}

function topOf(editor: Editor, at: number): number | undefined {
  if (editor.isDestroyed || at > editor.state.doc.content.size) return undefined
  const dom = editor.view.nodeDOM(at)
  return dom instanceof HTMLElement ? dom.getBoundingClientRect().top : undefined
}

/** Shows a part and puts the caret behind its heading, so that writing goes on there. */
export function goToSection(editor: Editor, key: string): void {
  let found: { readonly at: number; readonly end: number } | undefined
  editor.state.doc.descendants((node, at) => {
    const isIt = node.attrs['id'] === key || `at-${at}` === key
    if (found === undefined && isIt) found = { at, end: at + (node.firstChild?.isTextblock ? 2 : 1) + endOf(node) }
    return found === undefined && !node.isTextblock
  })
  if (found === undefined) return
  const dom = editor.view.nodeDOM(found.at)
  if (dom instanceof HTMLElement) dom.scrollIntoView({ block: 'start' })
  editor.chain().setTextSelection(found.end).focus(undefined, { scrollIntoView: false }).run()
}

function endOf(node: {
  readonly isTextblock: boolean
  readonly content: { readonly size: number }
  readonly firstChild: { readonly content: { readonly size: number } } | null
}): number {
  return node.isTextblock ? node.content.size : (node.firstChild?.content.size ?? 0)
}
