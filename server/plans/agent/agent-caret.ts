import * as Y from 'yjs'
import type { PlanAnchor } from '#shared/domain/plan-comment.ts'

/** A place in a text, as editors tell it: relative positions of Yjs as JSON. */
export type AgentCaret = { readonly anchor: unknown; readonly head: unknown }

/** Behind the last letter that an update brings; `undefined`: it brings none. */
export function caretAfter(update: Uint8Array): AgentCaret | undefined {
  const last = Y.decodeUpdate(update).structs.findLast(
    (struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentString,
  )
  if (last === undefined) return undefined
  const { client, clock } = last.id
  // It holds on to the letter before it.
  const place = { item: { client, clock: clock + last.length - 1 }, assoc: -1 }
  return { anchor: place, head: place }
}

/** The words that a comment is about. */
export function caretAt({ start, end }: PlanAnchor): AgentCaret {
  return { anchor: toJson(start), head: toJson(end) }
}

function toJson(base64: string): unknown {
  return Y.relativePositionToJSON(Y.decodeRelativePosition(Buffer.from(base64, 'base64')))
}
