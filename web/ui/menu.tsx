import type { IconNode } from 'lucide'
import { Show, createSignal, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { uiWords } from '../words/ui.ts'
import { IconButton, type ButtonLook } from './button.tsx'
import { createPart } from './part.ts'
import { showToast } from './toast.tsx'

export type MenuItemProps = {
  readonly icon?: IconNode | undefined
  readonly keys?: string | undefined
  readonly tone?: 'plain' | 'danger' | undefined
  readonly disabled?: boolean | undefined
  readonly onSelect: () => void
  readonly children: JSX.Element
}

const part = createPart(() => import('./menu-part.tsx'))

/** To be called when the page is idle, so that the first menu waits for nothing. */
export function preloadMenus(): Promise<unknown> {
  return part.want()
}

/**
 * A menu behind an icon: `<Menu icon={Ellipsis} label="More"><MenuItem …/></Menu>`. What an item does is done after the
 * focus is back on the icon, so that it may move it on: into a field, into a dialog that gives it back later. Until the icon is pointed at or
 * has the focus it is a plain button: lists have one in each row, and few are ever opened.
 */
export function Menu(props: {
  readonly icon: IconNode
  readonly label: string
  readonly size?: ButtonLook['size']
  readonly children: JSX.Element
}) {
  const [button, setButton] = createSignal<HTMLElement>()
  const [open, setOpen] = createSignal(false)
  return (
    <>
      <IconButton
        ref={(element) => onInterest(element, setButton)}
        icon={props.icon}
        label={props.label}
        size={props.size}
        aria-haspopup="true"
        aria-expanded={open()}
      />
      <Show when={button()}>
        {(trigger) => (
          <Show when={part.here()}>
            {(loaded) => (
              <Dynamic component={loaded().MenuPart} trigger={trigger()} onOpenChange={setOpen}>
                {props.children}
              </Dynamic>
            )}
          </Show>
        )}
      </Show>
    </>
  )
}

/** Tells once somebody may be about to open the menu, and opens it after the fact where its code came later than the press. */
function onInterest(button: HTMLElement, tell: (button: HTMLElement) => void): void {
  let wasHeard = false
  const want = (): Promise<unknown> => {
    tell(button)
    return part.want()
  }
  const prepare = (): void => void want().catch(() => undefined)
  const openLater = (): void => {
    want().then(
      // As by the keyboard, which is the same for every kind of press.
      () => button.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true })),
      () => showToast({ text: uiWords.notLoaded }),
    )
  }
  const begin = (): void => {
    wasHeard = part.here() !== undefined
    prepare()
  }
  button.addEventListener('pointerenter', prepare)
  button.addEventListener('focus', prepare)
  button.addEventListener('pointerdown', begin)
  button.addEventListener('keydown', (event) => {
    begin()
    if (!wasHeard && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      openLater()
    }
  })
  button.addEventListener('click', () => {
    if (!wasHeard) openLater()
    // A press that begins with neither pointer nor key, as assistive technology makes it, was heard by nobody.
    wasHeard = false
  })
}

export function MenuItem(props: MenuItemProps) {
  return <Dynamic component={part.here()?.MenuItem} {...props} />
}

export function MenuSeparator() {
  return <Dynamic component={part.here()?.MenuSeparator} />
}
