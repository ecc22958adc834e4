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
  for (const [, name = '', kind, id] of text.matchAll(mentionLink)) {
    const planId = PlanId.safeParse(id)
    if (kind !== 'plan' || !planId.success || found.has(planId.data) || found.size === sentPlansLimit) continue
    found.set(planId.data, { planId: planId.data, title: name.replace(/\\(.)/g, '$1').slice(0, planTitleLimit) })
  }
  return [...found.values()]
}

/** The text as people read it in one line: with the names of what it mentions. */
export function plainMentions(text: string): string {
  return text.replace(mentionLink, (_whole, name: string) => `@${name.replace(/\\(.)/g, '$1')}`)
}

/** A link to anything that can be mentioned: name, kind and target. Bounded, so that no text takes long to be read. */
export const mentionLink =
  /\[((?:[^[\]\\\n]|\\.){0,1000})\]\(drover:(plan|path|symbol|run|command|page)\/([^()\s]{1,1600})\)/g
