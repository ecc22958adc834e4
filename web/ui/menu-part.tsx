import * as KMenu from '@kobalte/core/dropdown-menu'
import { Show, createContext, useContext, type JSX } from 'solid-js'
import { spread } from 'solid-js/web'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import type { MenuItemProps } from './menu.tsx'
import styles from './menu.module.css'

/** Takes what an item does, to be done once the menu is gone. */
const MenuContext = createContext<(act: () => void) => void>((act) => act())

/** What makes a menu of a button that stands already: it gets what Kobalte gives a trigger of its own. See `Menu`. */
export function MenuPart(props: {
  readonly trigger: HTMLElement
  readonly onOpenChange: (open: boolean) => void
  readonly children: JSX.Element
}): JSX.Element {
  let chosen: (() => void) | undefined
  return (
    <KMenu.Root
      gutter={4}
      placement="bottom-end"
      modal={false}
      onOpenChange={(open: boolean) => props.onOpenChange(open)}
    >
      <KMenu.Trigger
        as={(attributes: object) => {
          spread(props.trigger, attributes, false, true)
          return undefined
        }}
      />
      <KMenu.Portal>
        <KMenu.Content
          class={styles.menu}
          onCloseAutoFocus={() => {
            // Kobalte moves the focus right after this.
            if (chosen !== undefined) queueMicrotask(chosen)
            chosen = undefined
          }}
        >
          <MenuContext.Provider value={(act) => (chosen = act)}>{props.children}</MenuContext.Provider>
        </KMenu.Content>
      </KMenu.Portal>
    </KMenu.Root>
  )
}

export function MenuItem(props: MenuItemProps) {
  const choose = useContext(MenuContext)
  return (
    <KMenu.Item
      class={styles.item}
      data-tone={props.tone}
      disabled={props.disabled ?? false}
      onSelect={() => {
        const act = props.onSelect
        choose(() => act())
      }}
      // The lifted finger has chosen; the click that browsers make of it later would land on what the menu lay over.
      on:touchend={(event: TouchEvent) => event.cancelable && event.preventDefault()}
    >
      <Show when={props.icon}>{(icon) => <Icon of={icon()} size="sm" />}</Show>
      <KMenu.ItemLabel class={styles.label}>{props.children}</KMenu.ItemLabel>
      <Show when={props.keys}>{(keys) => <Kbd>{keys()}</Kbd>}</Show>
    </KMenu.Item>
  )
}

export function MenuSeparator() {
  return <KMenu.Separator class={styles.separator} />
}
