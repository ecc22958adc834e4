import * as KMenu from '@kobalte/core/dropdown-menu'
import type { IconNode } from 'lucide'
import { Show, createContext, useContext, type JSX } from 'solid-js'
import { IconButton, type ButtonLook } from './button.tsx'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import styles from './menu.module.css'

/** Takes what an item does, to be done once the menu is gone. */
const MenuContext = createContext<(act: () => void) => void>((act) => act())

/**
 * A menu behind an icon: `<Menu icon={Ellipsis} label="More"><MenuItem …/></Menu>`. What an item does is done after the
 * focus is back on the icon, so that it may move it on: into a field, into a dialog that gives it back later.
 */
export function Menu(props: {
  readonly icon: IconNode
  readonly label: string
  readonly size?: ButtonLook['size']
  readonly children: JSX.Element
}) {
  let chosen: (() => void) | undefined
  return (
    <KMenu.Root gutter={4} placement="bottom-end" modal={false}>
      <KMenu.Trigger as={IconButton} icon={props.icon} label={props.label} size={props.size} />
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

export function MenuItem(props: {
  readonly icon?: IconNode | undefined
  readonly keys?: string | undefined
  readonly tone?: 'plain' | 'danger' | undefined
  readonly disabled?: boolean | undefined
  readonly onSelect: () => void
  readonly children: JSX.Element
}) {
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
