import { computePosition, flip, offset, shift, size } from '@floating-ui/dom'
import { Braces, File, Folder, Globe, ListTree, NotebookText, SquareSlash, Terminal, type IconNode } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on, onCleanup } from 'solid-js'
import { Portal } from 'solid-js/web'
import { mentionWords } from '../words/mention.ts'
import { Icon } from './icon.tsx'
import type { MentionAt, MentionChoice, MentionFind } from './mention-choice.ts'
import styles from './mention-list.module.css'

/** What can be mentioned, beside the text area, which keeps the focus and says which line is marked (a combobox's list, ARIA practices). */
export function MentionList(props: {
  readonly area: HTMLTextAreaElement | undefined
  readonly at: MentionAt | undefined
  readonly find: MentionFind
}) {
  const id = createUniqueId()
  const [index, setIndex] = createSignal(0)
  /** The place of an `@` for which it was sent away. */
  const [left, setLeft] = createSignal<number>()
  const sign = createMemo(() => props.at?.sign ?? '@')
  const items = createMemo(() => props.find(props.at?.query ?? '', sign()))
  const groups = createMemo(() => grouped(items()))
  /** A guest, or a new team, has nothing to mention. */
  const hasAny = createMemo(() => props.find('', sign()).length > 0)
  // A name may have spaces. What no name begins with is text, and the list gets out of its way.
  const isShown = () =>
    props.at !== undefined &&
    hasAny() &&
    left() !== props.at.start &&
    (items().length > 0 || (sign() === '@' && !/\s/.test(props.at.query)))
  createEffect(on(items, () => setIndex(0)))

  const choose = (which: number): void => {
    const [area, at, item] = [props.area, props.at, items()[which]]
    if (area === undefined || at === undefined || item === undefined) return
    area.setRangeText(item.text === '' ? '' : `${item.text} `, at.start, area.selectionEnd, 'end')
    area.dispatchEvent(new InputEvent('input', { bubbles: true }))
    area.focus()
    item.act?.()
  }
  /** Before the page, for which Enter sends and Escape leaves. */
  const handleKeyDown = (event: KeyboardEvent): void => {
    if (!isShown() || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return
    const count = items().length
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (count === 0) return
        setIndex((index() + (event.key === 'ArrowDown' ? 1 : count - 1)) % count)
        break
      case 'Enter':
      case 'Tab':
        if (count === 0 || event.shiftKey) return
        // A command that stands there already is sent.
        if (event.key === 'Enter' && items()[index()]?.text === `${sign()}${props.at?.query ?? ''}`) return
        choose(index())
        break
      case 'Escape':
        setLeft(props.at?.start)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  createEffect(() => {
    const area = props.area
    area?.addEventListener('keydown', handleKeyDown)
    onCleanup(() => area?.removeEventListener('keydown', handleKeyDown))
  })
  createEffect(() => {
    const area = props.area
    if (area === undefined || !isShown()) return
    area.setAttribute('aria-controls', id)
    area.setAttribute('aria-autocomplete', 'list')
    if (items().length > 0) area.setAttribute('aria-activedescendant', `${id}-${index()}`)
    onCleanup(() => {
      for (const name of ['aria-controls', 'aria-activedescendant', 'aria-autocomplete']) area.removeAttribute(name)
    })
  })

  const place = (list: HTMLElement): void => {
    const area = props.area
    if (area === undefined) return
    void computePosition(area, list, {
      placement: 'top-start',
      strategy: 'fixed',
      middleware: [
        offset(4),
        flip({ padding: 8 }),
        shift({ padding: 8 }),
        size({ padding: 8, apply: ({ availableHeight }) => list.style.setProperty('--room', `${availableHeight}px`) }),
      ],
    }).then(({ x, y }) => Object.assign(list.style, { left: `${x}px`, top: `${y}px` }))
  }
  return (
    <Show when={isShown()}>
      <Portal>
        {/* It has one of two roles. */}
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
        <div
          ref={(made) => {
            createEffect(on(items, () => queueMicrotask(() => place(made))))
            createEffect(
              on(index, () =>
                queueMicrotask(() =>
                  made.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: 'nearest' }),
                ),
              ),
            )
          }}
          id={id}
          class={styles.list}
          // A list of nothing is none: its one sentence is told.
          role={items().length > 0 ? 'listbox' : 'status'}
          aria-label={sign() === '@' ? mentionWords.label : mentionWords.slash}
          // A press must not take the focus out of the text.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          <For each={groups()} fallback={<p class={styles.none}>{mentionWords.none}</p>}>
            {(group) => (
              <div role="group" aria-label={group.name}>
                <p class={styles.group} role="presentation">
                  {group.name}
                </p>
                <For each={group.items}>
                  {({ item, place }) => (
                    // The text has the focus and the keys; a pointer only chooses.
                    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                    <div
                      id={`${id}-${place}`}
                      class={styles.item}
                      role="option"
                      tabIndex={-1}
                      aria-selected={index() === place}
                      onPointerMove={() => setIndex(place)}
                      onClick={() => choose(place)}
                    >
                      <Icon of={glyphs[item.kind]} size="sm" />
                      <span class={styles.title}>{item.title}</span>
                      <Show when={item.hint !== ''}>
                        <span class={styles.hint} data-wide={item.kind === 'slash' ? '' : undefined}>
                          {item.hint}
                        </span>
                      </Show>
                    </div>
                  )}
                </For>
              </div>
            )}
          </For>
        </div>
      </Portal>
    </Show>
  )
}

const glyphs: Readonly<Record<MentionChoice['kind'], IconNode>> = {
  plan: NotebookText,
  file: File,
  folder: Folder,
  symbol: Braces,
  run: ListTree,
  command: Terminal,
  page: Globe,
  slash: SquareSlash,
}

type Group = {
  readonly name: string
  readonly items: readonly { readonly item: MentionChoice; readonly place: number }[]
}

/** Those of one group follow each other; `place`: in the list as a whole. */
function grouped(items: readonly MentionChoice[]): readonly Group[] {
  const names = [...new Set(items.map(({ group }) => group))]
  const placed = items.map((item, place) => ({ item, place }))
  return names.map((name) => ({ name, items: placed.filter(({ item }) => item.group === name) }))
}
