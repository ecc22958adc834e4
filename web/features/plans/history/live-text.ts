import type { Node } from '@tiptap/pm/model'
import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody } from '#sync/core/plan/body.ts'

/** Between two readings of a text that is being written. */
const readEveryMs = 400

/** The text of an open plan, read again while it is written. Needs an owner. */
export function useLiveText(document: PlanDocument): Accessor<Node> {
  const [text, setText] = createSignal(readBody(document.doc))
  let waiting: ReturnType<typeof setTimeout> | undefined
  const read = (): void => {
    waiting = undefined
    setText(() => readBody(document.doc))
  }
  const note = (): void => {
    waiting ??= setTimeout(read, readEveryMs)
  }
  document.doc.on('update', note)
  onCleanup(() => {
    clearTimeout(waiting)
    document.doc.off('update', note)
  })
  return text
}
