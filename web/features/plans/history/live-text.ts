import type { Node } from '@tiptap/pm/model'
import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody } from '#sync/core/plan/body.ts'

/** Least time between two readings of a text that is being written. */
const readEveryMs = 400
/** A reading and what follows from it, such as a comparison, takes this part of a page's time at most. */
const share = 10

/** The text of an open plan, read again while it is written. Needs an owner. */
export function useLiveText(document: PlanDocument): Accessor<Node> {
  const [text, setText] = createSignal(readBody(document.doc))
  let waiting: ReturnType<typeof setTimeout> | undefined
  let took = 0
  const read = (): void => {
    waiting = undefined
    const begun = performance.now()
    setText(() => readBody(document.doc))
    took = performance.now() - begun
  }
  const note = (): void => {
    waiting ??= setTimeout(read, Math.max(readEveryMs, took * share))
  }
  document.doc.on('update', note)
  onCleanup(() => {
    clearTimeout(waiting)
    document.doc.off('update', note)
  })
  return text
}
