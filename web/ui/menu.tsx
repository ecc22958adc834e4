import * as KMenu from '@kobalte/core/dropdown-menu'
import type { IconNode } from 'lucide'
import { Show, type JSX } from 'solid-js'
import { IconButton, type ButtonLook } from './button.tsx'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import styles from './menu.module.css'

/** A menu behind an icon: `<Menu icon={Ellipsis} label="More"><MenuItem …/></Menu>`. */
export function Menu(props: {
  readonly icon: IconNode
  readonly label: string
  readonly size?: ButtonLook['size']
  readonly children: JSX.Element
}) {
  return (
    <KMenu.Root gutter={4} placement="bottom-end" modal={false}>
      <KMenu.Trigger as={IconButton} icon={props.icon} label={props.label} size={props.size} />
      <KMenu.Portal>
        <KMenu.Content class={styles.menu}>{props.children}</KMenu.Content>
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
  return (
    <KMenu.Item
      class={styles.item}
      data-tone={props.tone}
      disabled={props.disabled ?? false}
      onSelect={() => props.onSelect()}
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
