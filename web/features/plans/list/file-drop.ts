import { createSignal, type Accessor } from 'solid-js'

export type FileDrop = {
  /** A file hangs over the element. */
  readonly isOver: Accessor<boolean>
  /** For the element. */
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void
    readonly onDragLeave: (event: DragEvent & { readonly currentTarget: HTMLElement }) => void
    readonly onDrop: (event: DragEvent) => void
  }
}

/** Takes files that are dropped on an element. `mayTake`: what it says otherwise is left to the browser. */
export function createFileDrop(mayTake: () => boolean, take: (files: readonly File[]) => void): FileDrop {
  const [isOver, setOver] = createSignal(false)
  const hasFiles = (event: DragEvent) => mayTake() && event.dataTransfer?.types.includes('Files') === true
  return {
    isOver,
    handlers: {
      onDragOver(event) {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave(event) {
        const to = event.relatedTarget
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) setOver(false)
      },
      onDrop(event) {
        setOver(false)
        if (!hasFiles(event)) return
        event.preventDefault()
        take([...(event.dataTransfer?.files ?? [])])
      },
    },
  }
}
