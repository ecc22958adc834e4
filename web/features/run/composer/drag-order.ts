import { createSignal, type Accessor } from 'solid-js'

export type DragOrder = {
  /** What is being dragged; `undefined` when nothing is. */
  readonly dragged: Accessor<string | undefined>
  /** The place it would take now. */
  readonly over: Accessor<number | undefined>
  /** Listeners of the grip that drags `id`. */
  readonly grip: (id: string) => {
    readonly onPointerDown: (event: PointerEvent) => void
    readonly onPointerMove: (event: PointerEvent) => void
    readonly onPointerUp: () => void
    readonly onLostPointerCapture: () => void
  }
  /** Nothing is moved. `false` when nothing was being dragged. */
  readonly cancel: () => boolean
}

/**
 * Dragging a row to another place with a mouse, a pen or a finger alike: the browser's own drag and drop knows no finger on
 * some devices. `rows` are the elements of the list in their order; the grip needs `touch-action: none`.
 */
export function createDragOrder(deps: {
  readonly rows: () => readonly HTMLElement[]
  readonly onDrop: (id: string, place: number) => void
}): DragOrder {
  const [dragged, setDragged] = createSignal<string>()
  const [over, setOver] = createSignal<number>()

  const end = (): void => {
    setDragged(undefined)
    setOver(undefined)
  }

  return {
    dragged,
    over,
    grip: (id) => ({
      onPointerDown(event) {
        if (event.button !== 0 || !event.isPrimary || !(event.currentTarget instanceof Element)) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDragged(id)
      },
      onPointerMove(event) {
        if (dragged() !== id) return
        const rows = deps.rows()
        const place = placeAt(
          rows.map((row) => row.getBoundingClientRect()),
          event.clientY,
        )
        setOver(place)
        rows[place]?.scrollIntoView({ block: 'nearest' })
      },
      onPointerUp() {
        const place = over()
        if (dragged() === id && place !== undefined) deps.onDrop(id, place)
        end()
      },
      // Also when the row itself is moved by somebody else, or the browser takes the pointer away.
      onLostPointerCapture: end,
    }),
    cancel() {
      const was = dragged() !== undefined
      end()
      return was
    },
  }
}

/** The row at height `y`; the first above all of them, the last below. */
function placeAt(rows: readonly { readonly bottom: number }[], y: number): number {
  const place = rows.findIndex((row) => y < row.bottom)
  return place === -1 ? Math.max(0, rows.length - 1) : place
}
