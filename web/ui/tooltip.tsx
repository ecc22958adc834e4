import { Show, createSignal, createUniqueId, onCleanup, splitProps, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { createPart } from './part.ts'

const openDelayMs = 500
/** A pointer that goes from one button to the next waits for no further tooltip. */
const warmMs = 300

const bubble = createPart(() => import('./tooltip-bubble.tsx'))

/** To be called when the page is idle, so that the first tooltip waits for nothing. */
export function preloadTooltips(): Promise<unknown> {
  return bubble.want()
}

/**
 * A button whose tooltip shows on hover and focus, unless what it opens is open. The tooltip repeats the label, with its key. Until then it
 * is a plain button: a page has dozens of them, and few are ever hovered.
 */
export function TooltipButton(
  props: JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
    readonly text: string
    readonly keys?: string | undefined
    readonly [data: `data-${string}`]: string | boolean | undefined
  },
) {
  const [own, rest] = splitProps(props, ['text', 'keys', 'children'])
  const id = createUniqueId()
  const [anchor, setAnchor] = createSignal<HTMLElement>()
  const timing = createTiming(setAnchor)
  const isExpanded = () => rest['aria-expanded'] === true || rest['aria-expanded'] === 'true'
  const shown = () => (isExpanded() ? undefined : anchor())
  return (
    <>
      <button
        type="button"
        {...rest}
        aria-describedby={shown() !== undefined && bubble.here() !== undefined ? id : rest['aria-describedby']}
        on:pointerenter={(event) => event.pointerType !== 'touch' && timing.hovered(event.currentTarget)}
        on:pointerleave={(event) => event.pointerType !== 'touch' && timing.left()}
        on:pointerdown={() => timing.pressed()}
        on:click={() => timing.left()}
        on:focus={(event) => timing.focused(event.currentTarget)}
        on:blur={() => timing.left()}
      >
        {own.children}
      </button>
      <Show when={shown()}>
        {(at) => (
          <Show when={bubble.here()}>
            {(part) => (
              <Dynamic
                component={part().TooltipBubble}
                id={id}
                anchor={at()}
                text={own.text}
                keys={own.keys}
                onGone={timing.left}
              />
            )}
          </Show>
        )}
      </Show>
    </>
  )
}

/** Without it a button has its name still, and the next hover asks again. */
function fetchBubble(): void {
  bubble.want().catch(() => undefined)
}

/** Takes away the tooltip that shows: there is never more than one. */
let takeAway: (() => void) | undefined
let warm: ReturnType<typeof setTimeout> | undefined

/** When a button's tooltip comes and goes; `show` gets the button, or undefined. */
function createTiming(show: (anchor: HTMLElement | undefined) => void) {
  let waiting: ReturnType<typeof setTimeout> | undefined
  let isPressed = false

  const hide = (): void => {
    clearTimeout(waiting)
    if (takeAway !== hide) return
    takeAway = undefined
    show(undefined)
    clearTimeout(warm)
    warm = setTimeout(() => (warm = undefined), warmMs)
  }
  const open = (button: HTMLElement): void => {
    clearTimeout(waiting)
    if (takeAway !== hide) takeAway?.()
    takeAway = hide
    show(button)
  }
  const release = (): void => void (isPressed = false)
  onCleanup(() => {
    hide()
    document.removeEventListener('pointerup', release)
  })

  return {
    left: hide,
    hovered(button: HTMLElement) {
      fetchBubble()
      if (takeAway === hide) return
      if (takeAway !== undefined || warm !== undefined) return open(button)
      clearTimeout(waiting)
      waiting = setTimeout(() => open(button), openDelayMs)
    },
    /** The focus that comes of a press shows nothing. */
    pressed() {
      isPressed = true
      document.addEventListener('pointerup', release, { once: true })
    },
    focused(button: HTMLElement) {
      if (isPressed) return
      fetchBubble()
      open(button)
    },
  }
}
