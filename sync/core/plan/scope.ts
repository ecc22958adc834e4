import type { Node } from '@tiptap/pm/model'
import { planTitleLimit } from '#shared/domain/plan.ts'
import type { PlanScope } from '#shared/domain/plan-run.ts'

/** A box of a check list. */
export type PlanStep = {
  readonly id: string | null
  /** Of its first line. */
  readonly text: string
  readonly checked: boolean
}

/** What was chosen of a plan. */
export type PlanPart = {
  /** As a document of its own. */
  readonly node: Node
  /** The section's heading, or the first of the steps; `undefined`: the whole. */
  readonly name: string | undefined
  readonly steps: readonly PlanStep[]
}

/** `undefined`: what was named is not in the plan any more. */
export function partOf(plan: Node, scope: PlanScope): PlanPart | undefined {
  switch (scope.kind) {
    case 'whole':
      return { node: plan, name: undefined, steps: stepsIn([plan]) }
    case 'section': {
      const blocks = sectionBlocks(plan, scope.id)
      return blocks === undefined ? undefined : made(plan, blocks, blocks[0]?.textContent)
    }
    case 'steps': {
      const items = stepNodes([plan], new Set(scope.ids))
      const first = items[0]
      return first === undefined
        ? undefined
        : made(plan, [plan.type.schema.node('taskList', null, items)], stepOf(first).text)
    }
  }
}

/** Of the plan's own schema, which in an editor is another one than `planSchema()`: nodes of two do not mix. */
function made(plan: Node, blocks: readonly Node[], name: string | undefined): PlanPart {
  const node = plan.type.schema.node('doc', null, blocks)
  return { node, name: name?.slice(0, planTitleLimit), steps: stepsIn([node]) }
}

/** A heading with all that follows it, up to the next one of its level or above. */
export function sectionBlocks(plan: Node, id: string): readonly Node[] | undefined {
  const blocks = plan.children
  const from = blocks.findIndex((block) => block.type.name === 'heading' && block.attrs['id'] === id)
  if (from === -1) return undefined
  const level = levelOf(blocks[from])
  const length = blocks.slice(from + 1).findIndex((block) => levelOf(block) <= level)
  return blocks.slice(from, length === -1 ? undefined : from + 1 + length)
}

function levelOf(block: Node | undefined): number {
  return block?.type.name === 'heading' && typeof block.attrs['level'] === 'number' ? block.attrs['level'] : Infinity
}

export function stepsIn(nodes: readonly Node[]): PlanStep[] {
  const steps: PlanStep[] = []
  for (const node of nodes)
    node.descendants((inner) => {
      if (inner.type.name === 'taskItem') steps.push(stepOf(inner))
      return !inner.isTextblock
    })
  return steps
}

/** Items with these names; one that lies within another that was chosen comes with that. */
function stepNodes(nodes: readonly Node[], ids: ReadonlySet<string>): Node[] {
  const found: Node[] = []
  for (const node of nodes)
    node.descendants((inner) => {
      if (inner.type.name !== 'taskItem' || !ids.has(String(inner.attrs['id']))) return !inner.isTextblock
      found.push(inner)
      return false
    })
  return found
}

function stepOf(item: Node): PlanStep {
  const id: unknown = item.attrs['id']
  return {
    id: typeof id === 'string' ? id : null,
    text: item.firstChild?.textContent ?? '',
    checked: item.attrs['checked'] === true,
  }
}
