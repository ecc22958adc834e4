import type { Node } from '@tiptap/pm/model'
import { createMemo, createResource, type Accessor } from 'solid-js'
import type { PlanVersion } from '#shared/domain/plan.ts'
import { comparePlans, type Comparison, type Written } from '#sync/core/plan/compare.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import type { VersionText, VersionTexts } from './version-texts.ts'

/** `b` absent: what is there now. */
export type Sides = { readonly a: PlanVersion; readonly b: PlanVersion | undefined }
/** Of a version, what its text is found by. */
export type VersionName = Pick<PlanVersion, 'planId' | 'id'>

export type Compared = {
  /** `missing`: a text that is not to be had. */
  readonly state: Accessor<'loading' | 'not_here' | 'gone' | 'ready'>
  readonly comparison: Accessor<Comparison | undefined>
  readonly before: Accessor<Node | undefined>
  readonly after: Accessor<Node | undefined>
  readonly retry: () => void
}

/** Compares two versions, or one with what is there now, which may go on changing. Needs an owner. */
export function useComparison(
  sides: Accessor<{ readonly a: VersionName; readonly b: VersionName | undefined } | undefined>,
  texts: VersionTexts,
  now: Accessor<Node>,
): Compared {
  // By number, so that a row which only came anew asks for nothing.
  const wanted = createMemo(() => sides(), undefined, {
    equals: (a, b) => a?.a.id === b?.a.id && a?.b?.id === b?.b?.id,
  })
  const [loaded, { refetch }] = createResource(wanted, async ({ a, b }) => {
    const [before, after] = await Promise.all([
      texts.get(a.planId, a.id),
      b === undefined ? undefined : texts.get(b.planId, b.id),
    ])
    return { before: toNode(before), after: after === undefined ? undefined : toNode(after) }
  })
  // `latest` would suspend the page around while another text comes.
  const texted = () => (loaded.state === 'ready' ? loaded() : undefined)
  const before = createMemo(() => nodeOf(texted()?.before))
  const after = createMemo(() => {
    const known = texted()
    if (known === undefined) return undefined
    return known.after === undefined ? now() : nodeOf(known.after)
  })
  const written: Written = new Map()
  const comparison = createMemo(() => {
    const [a, b] = [before(), after()]
    return a === undefined || b === undefined ? undefined : comparePlans(a, b, written)
  })
  const state = (): 'loading' | 'not_here' | 'gone' | 'ready' => {
    if (loaded.state === 'errored') return 'not_here'
    const known = texted()
    if (known === undefined) return 'loading'
    for (const side of [known.before, known.after]) if (side !== undefined && 'kind' in side) return side.kind
    return 'ready'
  }
  return { state, comparison, before, after, retry: () => void refetch() }
}

type Missing = { readonly kind: 'not_here' | 'gone' }

function toNode(text: VersionText): { readonly node: Node } | Missing {
  return text.kind === 'text' ? { node: parsePlan(text.markdown) } : text
}

function nodeOf(side: { readonly node: Node } | Missing | undefined): Node | undefined {
  return side !== undefined && 'node' in side ? side.node : undefined
}
