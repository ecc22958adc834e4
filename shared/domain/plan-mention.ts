import { PlanId } from '../ids.ts'
import { planTitleLimit, type Plan } from './plan.ts'
import { sentPlansLimit } from './sent-plan.ts'

/**
 * A plan in the text of a message: a link to `drover:plan/<id>`, as mentions stand in the Markdown of plans (`mentionAddress` of `sync/core/plan`).
 */
export function planMention({ id, title }: Pick<Plan, 'id' | 'title'>): string {
  const name = title
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[[\]\\]/g, '\\$&')
  return `[${name === '' ? 'Untitled plan' : name}](drover:plan/${id})`
}

export type MentionedPlan = Pick<Plan, 'title'> & { readonly planId: PlanId }

/** The plans that a message mentions, each once, in their order, as many as go with one message. */
export function mentionedPlans(text: string): readonly MentionedPlan[] {
  const found = new Map<PlanId, MentionedPlan>()
  for (const [, name = '', id] of text.matchAll(link)) {
    const planId = PlanId.safeParse(id)
    if (!planId.success || found.has(planId.data) || found.size === sentPlansLimit) continue
    found.set(planId.data, { planId: planId.data, title: name.replace(/\\(.)/g, '$1').slice(0, planTitleLimit) })
  }
  return [...found.values()]
}

/** The text as people read it in one line: with the names of what it mentions. */
export function plainMentions(text: string): string {
  return text.replace(anyLink, (_whole, name: string) => `@${name.replace(/\\(.)/g, '$1')}`)
}

/** Bounded, so that no text takes long to be read. */
const link = /\[((?:[^[\]\\\n]|\\.){0,500})\]\(drover:plan\/([0-9a-fA-F-]{36})\)/g
/** Of anything that can be mentioned. */
const anyLink = /\[((?:[^[\]\\\n]|\\.){0,1000})\]\(drover:(?:plan|path|run|command)\/[^()\s]{1,1600}\)/g
