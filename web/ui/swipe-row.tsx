import type { IconNode } from 'lucide'
import { createSignal, type JSX } from 'solid-js'
import { Icon } from './icon.tsx'
import styles from './swipe-row.module.css'

/** A finger that has moved this far means something. Pixels. */
const startPx = 10

/**
 * A row that a finger can swipe to the left, over what that does; let go before that is whole, it comes back. Only fingers: the
 * same has to be in reach of a mouse and a keyboard too.
 */
export function SwipeRow(props: {
  readonly icon: IconNode
  readonly label: string
  readonly onSwipe: () => Promise<void>
  readonly children: JSX.Element
}) {
  const [offset, setOffset] = createSignal(0)
  let under!: HTMLSpanElement
  let start: { readonly id: number; readonly x: number; readonly y: number } | undefined
  let isSwiping = false
  /** The press that ends a swipe opens nothing. */
  let wasSwiped = false

  const handleDown = (event: PointerEvent): void => {
    wasSwiped = false
    isSwiping = false
    start = event.pointerType === 'mouse' ? undefined : { id: event.pointerId, x: event.clientX, y: event.clientY }
  }
  const handleMove = (event: PointerEvent): void => {
    if (start === undefined || event.pointerId !== start.id) return
    const [right, down] = [event.clientX - start.x, Math.abs(event.clientY - start.y)]
    if (!isSwiping) {
      if (down > startPx && down >= -right) start = undefined
      if (start === undefined || -right < startPx) return
      isSwiping = true
    }
    setOffset(Math.min(0, right))
  }
  const handleUp = (event: PointerEvent): void => {
    if (start === undefined || event.pointerId !== start.id) return
    start = undefined
    if (!isSwiping) return
    wasSwiped = true
    if (-offset() < under.offsetWidth) {
      setOffset(0)
      return
    }
    // Out of sight until it is done: a row that goes takes this with it, one that could not go comes back.
    if (event.currentTarget instanceof HTMLElement) setOffset(-event.currentTarget.offsetWidth)
    void props.onSwipe().finally(() => setOffset(0))
  }
  const handleCancel = (): void => {
    start = undefined
    setOffset(0)
  }

  return (
    <div class={styles.swipe} data-swiping={offset() < 0 ? '' : undefined}>
      <span ref={under} class={styles.under} aria-hidden="true">
        <Icon of={props.icon} size="lg" />
        {props.label}
      </span>
      <div
        class={styles.over}
        style={{ transform: offset() === 0 ? undefined : `translateX(${offset()}px)` }}
        onPointerDown={handleDown}
        onPointerMove={handleMove}
        onPointerUp={handleUp}
        onPointerCancel={handleCancel}
        on:click={{
          capture: true,
          handleEvent: (event) => {
            if (!wasSwiped) return
            wasSwiped = false
            event.preventDefault()
            event.stopPropagation()
          },
        }}
      >
        {props.children}
      </div>
    </div>
  )
}
