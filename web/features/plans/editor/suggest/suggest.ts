import { computePosition, flip, offset, shift } from '@floating-ui/dom'
import type { Editor, Range } from '@tiptap/core'
import { PluginKey } from '@tiptap/pm/state'
import { exitSuggestion, type SuggestionOptions } from '@tiptap/suggestion'
import type { IconNode } from 'lucide'
import { createSignal, type Accessor } from 'solid-js'

/** Something that can be put in where the caret is. */
export type SuggestItem = {
  readonly key: string
  readonly icon: IconNode
  readonly title: string
  readonly hint?: string | undefined
  /** Stands above the first of those that share it. */
  readonly group?: string | undefined
  /** Replaces what was typed for it. */
  readonly put: (editor: Editor, range: Range) => void
}

/** A list that hangs at the caret while somebody types what they look for; the focus stays in the text. */
export type SuggestList = {
  readonly shown: Accessor<SuggestShown | undefined>
  readonly mark: (index: number) => void
  readonly choose: (index: number) => void
  /** Keeps the list at its place in the text. */
  readonly place: (list: HTMLElement) => void
}

export type SuggestShown = {
  readonly label: string
  readonly none: string
  readonly items: readonly SuggestItem[]
  readonly index: number
}

type Live = {
  readonly rect: () => DOMRect | null
  readonly put: (item: SuggestItem) => void
  readonly leave: () => void
}

export type SuggestSource = {
  readonly key: string
  readonly char: string
  readonly label: string
  readonly none: string
  readonly find: (query: string) => readonly SuggestItem[]
}

/** One list for all that can be suggested: only one is open at a time. */
export function createSuggest(): SuggestList & {
  readonly options: (source: SuggestSource) => Omit<SuggestionOptions<SuggestItem, SuggestItem>, 'editor'>
} {
  const [shown, setShown] = createSignal<SuggestShown>()
  let live: Live | undefined
  let list: HTMLElement | undefined

  const place = (): void => {
    const [element, at] = [list, live]
    if (element === undefined || at === undefined) return
    const anchor = { getBoundingClientRect: () => at.rect() ?? new DOMRect() }
    void computePosition(anchor, element, {
      placement: 'bottom-start',
      strategy: 'fixed',
      middleware: [offset(4), flip({ padding: 8 }), shift({ padding: 8 })],
    }).then(({ x, y }) => Object.assign(element.style, { left: `${x}px`, top: `${y}px` }))
  }
  const mark = (index: number): void => {
    setShown((now) => (now === undefined ? now : { ...now, index }))
  }
  const choose = (index: number): void => {
    const item = shown()?.items[index]
    if (item !== undefined) live?.put(item)
  }
  const step = (by: -1 | 1): void => {
    const now = shown()
    if (now === undefined || now.items.length === 0) return
    mark((now.index + by + now.items.length) % now.items.length)
  }

  return {
    shown,
    mark,
    choose,
    place(element) {
      list = element
      place()
    },
    options: ({ key, char, label, none, find }) => {
      const pluginKey = new PluginKey(key)
      return {
        pluginKey,
        char,
        allowSpaces: char === '@',
        items: ({ query }) => [...find(query)],
        // A name may have spaces. What no name begins with is text, and the list gets out of its way.
        shouldShow: ({ query }) => !/^\s/.test(query) && (!query.includes(' ') || find(query).length > 0),
        command: ({ editor, range, props }) => props.put(editor, range),
        // In code these signs are code.
        allow: ({ editor }) => editor.isEditable && !editor.isActive('codeBlock') && !editor.isActive('code'),
        render: () => {
          const show = (props: {
            readonly editor: Editor
            readonly items: readonly SuggestItem[]
            readonly clientRect?: (() => DOMRect | null) | null
            readonly command: (item: SuggestItem) => void
          }): void => {
            live = {
              rect: () => props.clientRect?.() ?? null,
              put: props.command,
              leave: () => exitSuggestion(props.editor.view, pluginKey),
            }
            setShown({ label, none, items: props.items, index: 0 })
            place()
          }
          return {
            onStart: show,
            onUpdate: show,
            onExit() {
              live = undefined
              list = undefined
              setShown(undefined)
            },
            onKeyDown({ event }) {
              switch (event.key) {
                case 'ArrowDown':
                  step(1)
                  return true
                case 'ArrowUp':
                  step(-1)
                  return true
                case 'Enter':
                case 'Tab':
                  if (shown()?.items.length === 0) return false
                  choose(shown()?.index ?? 0)
                  return true
                case 'Escape':
                  // The text keeps the focus: leaving it takes another press.
                  event.stopPropagation()
                  live?.leave()
                  return true
                default:
                  return false
              }
            },
          }
        },
      }
    },
  }
}
