import { For, Show, createEffect, createUniqueId } from 'solid-js'
import { Portal } from 'solid-js/web'
import { Icon } from '../../../../ui/icon.tsx'
import type { SuggestList } from './suggest.ts'
import styles from './suggest-menu.module.css'

/** What can be put in at the caret. The text keeps the focus and says which line is marked (a combobox's list, ARIA practices). */
export function SuggestMenu(props: { readonly list: SuggestList; readonly textbox: HTMLElement | undefined }) {
  const id = createUniqueId()
  let element: HTMLDivElement | undefined
  createEffect(() => {
    const [textbox, shown] = [props.textbox, props.list.shown()]
    if (textbox === undefined) return
    if (shown === undefined) {
      for (const name of ['aria-controls', 'aria-activedescendant', 'aria-autocomplete']) textbox.removeAttribute(name)
      return
    }
    textbox.setAttribute('aria-controls', id)
    textbox.setAttribute('aria-autocomplete', 'list')
    if (shown.items.length > 0) textbox.setAttribute('aria-activedescendant', `${id}-${shown.index}`)
    else textbox.removeAttribute('aria-activedescendant')
    element?.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: 'nearest' })
  })
  const groupAt = (index: number): string | undefined => {
    const items = props.list.shown()?.items
    const group = items?.[index]?.group
    return group !== items?.[index - 1]?.group ? group : undefined
  }
  return (
    <Show when={props.list.shown() !== undefined}>
      <Portal>
        {/* It has one of two roles. */}
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
        <div
          ref={(made) => {
            element = made
            queueMicrotask(() => props.list.place(made))
          }}
          id={id}
          class={styles.list}
          // A list of nothing is none: its one sentence is told.
          role={props.list.shown()?.items.length === 0 ? 'status' : 'listbox'}
          aria-label={props.list.shown()?.label}
          // A press must not take the focus out of the text.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          <For each={props.list.shown()?.items} fallback={<p class={styles.none}>{props.list.shown()?.none}</p>}>
            {(item, index) => (
              <>
                <Show when={groupAt(index())}>
                  {(group) => (
                    <div class={styles.group} role="presentation">
                      {group()}
                    </div>
                  )}
                </Show>
                {/* The text has the focus and the keys; a pointer only chooses. */}
                {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events */}
                <div
                  id={`${id}-${index()}`}
                  class={styles.item}
                  role="option"
                  tabIndex={-1}
                  aria-selected={props.list.shown()?.index === index()}
                  onPointerMove={() => props.list.mark(index())}
                  onClick={() => props.list.choose(index())}
                >
                  <Icon of={item.icon} size="sm" />
                  <span class={styles.title}>{item.title}</span>
                </div>
              </>
            )}
          </For>
        </div>
      </Portal>
    </Show>
  )
}
