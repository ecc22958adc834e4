import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { readBody } from '#sync/core/plan/body.ts'
import { outlineOf, planFacts } from '#sync/core/plan/facts.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { rewriteFrom, rewriteSectionFrom } from '#sync/core/plan/rewrite.ts'
import { partOf, stepsIn } from '#sync/core/plan/scope.ts'

/** A plan, or a section of it, with the names that an agent can point at. */
export type PlanForAgent = {
  readonly title: string
  readonly markdown: string
  /** Of the whole plan. */
  readonly sections: readonly { readonly id: string; readonly level: number; readonly text: string }[]
  readonly steps: readonly { readonly id: string; readonly text: string; readonly checked: boolean }[]
}

/** What an agent made of a state. */
export type Rewritten = {
  /** To be merged into what the plan is by now. */
  readonly update: Uint8Array
  /** What the agent knows from now on: the state that it had read, with its own change and nothing else. */
  readonly state: Uint8Array
  readonly reading: PlanForAgent
  readonly changed: boolean
}

/** `undefined`: there is no such section. */
export function planForAgent(state: Uint8Array, sectionId?: string): PlanForAgent | undefined {
  const doc = new Doc()
  try {
    applyUpdate(doc, state)
    const plan = readBody(doc)
    const part = partOf(plan, sectionId === undefined ? { kind: 'whole' } : { kind: 'section', id: sectionId })
    if (part === undefined) return undefined
    return {
      title: planFacts(plan).title,
      markdown: writePlan(part.node),
      sections: outlineOf(plan).flatMap(({ id, level, text }) => (id === null ? [] : [{ id, level, text }])),
      steps: stepsIn([part.node]).flatMap(({ id, ...step }) => (id === null ? [] : [{ id, ...step }])),
    }
  } finally {
    doc.destroy()
  }
}

/** `undefined`: there is no such section. */
export function rewritePlan(
  base: Uint8Array,
  { markdown, sectionId }: { readonly markdown: string; readonly sectionId?: string | undefined },
  newId: () => string,
): Rewritten | undefined {
  const update =
    sectionId === undefined ? rewriteFrom(base, markdown, newId) : rewriteSectionFrom(base, sectionId, markdown, newId)
  if (update === undefined) return undefined
  const state = merged(base, update)
  const reading = planForAgent(state)
  return reading === undefined
    ? undefined
    : { update, state, reading, changed: reading.markdown !== planForAgent(base)?.markdown }
}

function merged(base: Uint8Array, update: Uint8Array): Uint8Array {
  const doc = new Doc()
  try {
    applyUpdate(doc, base)
    applyUpdate(doc, update)
    return encodeStateAsUpdate(doc)
  } finally {
    doc.destroy()
  }
}
