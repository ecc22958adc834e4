import type { Plan } from '#shared/domain/plan.ts'
import { planMention } from '#shared/domain/plan-mention.ts'
import { holdsAll, planText, toWords } from './find.ts'

/** Something that can stand in a message; `text` is what is written for it. */
export type MentionItem = {
  readonly key: string
  readonly title: string
  readonly hint: string
  readonly text: string
}

const most = 8

/** Plans whose title or folder has every word, those that changed last first. */
export function findMentions(plans: readonly Plan[], query: string): readonly MentionItem[] {
  const words = toWords(query)
  return plans
    .filter((plan) => plan.archivedAt === undefined && plan.title !== '' && holdsAll(named(plan), words))
    .toSorted((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, most)
    .map((plan) => ({ key: plan.id, title: plan.title, hint: plan.folder, text: planMention(plan) }))
}

/** Title and folder: the lines with which its text for search begins. */
function named(plan: Plan): string {
  return planText(plan).split('\n', 2).join('\n')
}
