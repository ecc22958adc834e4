import type { SentPlan } from '#shared/domain/sent-plan.ts'

/** UTF-16 units of the plans that go to an agent with one message, all together. */
export const planContextLimit = 100_000

/** Why a plan that is mentioned did not go along. */
export type NotSent = 'gone' | 'not_allowed' | 'unreadable'
export type PlanForMessage =
  | { readonly plan: SentPlan; readonly markdown: string }
  | { readonly plan: SentPlan; readonly why: NotSent }

const reasons: Record<NotSent, string> = {
  gone: 'It was deleted, or is of another team.',
  not_allowed: 'Who wrote this message may not read it.',
  unreadable: 'It could not be read.',
}

/** How much of each plan fits: as much as there is room for, in the order of the message. */
export function fitPlans(plans: readonly PlanForMessage[]): readonly PlanForMessage[] {
  let room = planContextLimit
  return plans.map((one) => {
    if ('why' in one) return one
    const markdown = one.markdown.slice(0, Math.max(0, room)).toWellFormed()
    room -= markdown.length
    return markdown.length < one.markdown.length ? { plan: { ...one.plan, cut: true }, markdown } : one
  })
}

/** What the agent reads after the message. */
export function planContext(plans: readonly PlanForMessage[]): string {
  return [
    'The message mentions these plans of the team. They stand here as they were when it was sent, for you to know; what to do, the message says.',
    ...plans.map((one) => {
      const { planId, title, version, cut } = one.plan
      if ('why' in one) return `<plan id="${planId}">\n“${title}” is not here. ${reasons[one.why]}\n</plan>`
      const rest = cut === true ? '\n\n[The plan goes on; there was no room for more of it here.]' : ''
      return `<plan id="${planId}" version="${version?.n ?? ''}">\n${one.markdown.trim()}${rest}\n</plan>`
    }),
  ].join('\n\n')
}
