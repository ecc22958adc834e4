import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { mentionedPlans, type MentionedPlan } from '#shared/domain/plan-mention.ts'
import { canRead } from '#shared/domain/policies.ts'
import type { SentPlan } from '#shared/domain/sent-plan.ts'
import { Member } from '#shared/domain/team.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Plans } from '../create-plans.ts'
import { fitPlans, planContext, type PlanForMessage } from './plan-context.ts'

export type PlanSenderDeps = {
  readonly plans: Pick<Plans, 'documents' | 'readPlan' | 'versions'>
  readonly store: Pick<SpaceStore, 'read'>
  readonly now: () => number
  /** For all plans of a message; one that is not read by then goes as its newest version. */
  readonly patienceMs: number
  readonly onError: (error: unknown) => void
}

function unlessLate<T>(work: Promise<T>, late: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new Error('the plans of a message took too long to read'))
    if (late.aborted) give()
    else late.addEventListener('abort', give, { once: true })
    work.then(resolve, reject)
  })
}

/** A message on its way to the agent of a run. */
export type PromptParts = Assignment['prompt']
export type MessageToSend = {
  readonly teamId: TeamId
  readonly runId: RunId
  readonly prompt: PromptParts
  /** Keeps what goes along with it. @returns what was kept first, by whomever. */
  readonly pin: (plans: readonly SentPlan[]) => Promise<readonly SentPlan[]>
}

/** Puts the plans that a message mentions with it, as they are when it is first sent; a repeat has the same. */
export type PlanSender = {
  withPlans<T extends PromptParts>(message: MessageToSend & { readonly prompt: T }): Promise<T>
}

export function createPlanSender(deps: PlanSenderDeps): PlanSender {
  /** Messages whose plans are being read, so that one that is sent twice at once has one version. */
  const working = new Map<string, Promise<readonly SentPlan[]>>()

  async function pinned(message: MessageToSend, mentioned: readonly MentionedPlan[]): Promise<readonly SentPlan[]> {
    const known = working.get(message.prompt.promptId)
    if (known !== undefined) return await known
    const reading = pinPlans(message, mentioned).finally(() => working.delete(message.prompt.promptId))
    working.set(message.prompt.promptId, reading)
    return await reading
  }

  async function pinPlans(message: MessageToSend, mentioned: readonly MentionedPlan[]): Promise<readonly SentPlan[]> {
    const mayRead = await isReader(message)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), deps.patienceMs)
    try {
      const plans: SentPlan[] = []
      for (const one of mentioned) plans.push(mayRead ? await pinPlan(message, one, late.signal) : one)
      return await message.pin(plans)
    } finally {
      clearTimeout(timer)
    }
  }

  async function isReader({ teamId, prompt }: MessageToSend): Promise<boolean> {
    if (prompt.by === undefined) return false
    const { rows } = await deps.store.read(teamSpace(teamId), [keys.member(prompt.by)])
    return canRead(Member.safeParse(rows[0]?.value).data?.role)
  }

  async function rowOf<T>(
    teamId: TeamId,
    key: string,
    schema: { safeParse(value: unknown): { data?: T } },
  ): Promise<T | undefined> {
    const { rows } = await deps.store.read(teamSpace(teamId), [key])
    return schema.safeParse(rows[0]?.value).data
  }

  /** The newest version where it says what the plan says now, else a new one. */
  async function pinPlan(
    { teamId, runId, prompt }: MessageToSend,
    { planId, title }: MentionedPlan,
    late: AbortSignal,
  ): Promise<SentPlan> {
    const plan = { teamId, planId }
    const row = await rowOf(teamId, keys.plan(planId), Plan)
    if (row === undefined || prompt.by === undefined) return { planId, title }
    const named = row.title === '' ? title : row.title
    const newest = await rowOf(teamId, keys.planVersion(planId, row.version), PlanVersion)
    const pinnedTo = ({ n, id }: Pick<PlanVersion, 'n' | 'id'>): SentPlan => ({
      planId,
      title: named,
      version: { n, id, at: deps.now() },
    })
    try {
      const { markdown } = (await unlessLate(deps.plans.readPlan(plan), late)).reading
      // A version says that a plan which its agent alone knew was taken up.
      const isNewest =
        row.untouched === undefined &&
        newest !== undefined &&
        (await deps.plans.documents.version(plan, newest.id)) === markdown
      if (isNewest) return pinnedTo(newest)
      const by = [{ kind: 'person', userId: prompt.by } as const]
      const made = await deps.plans.versions.make(plan, { markdown, by, origin: 'mention', runId })
      return made === undefined ? { planId, title: named } : pinnedTo(made)
    } catch (error) {
      deps.onError(error)
      return newest === undefined ? { planId, title: named } : pinnedTo(newest)
    }
  }

  async function textOf(message: MessageToSend, plan: SentPlan): Promise<PlanForMessage> {
    const ref = { teamId: message.teamId, planId: plan.planId }
    const markdown = plan.version === undefined ? undefined : await deps.plans.documents.version(ref, plan.version.id)
    if (markdown !== undefined) return { plan, markdown }
    if (!(await isReader(message))) return { plan, why: 'not_allowed' }
    const row = await rowOf(message.teamId, keys.plan(plan.planId), Plan)
    return { plan, why: row === undefined ? 'gone' : 'unreadable' }
  }

  return {
    async withPlans(message) {
      const { prompt } = message
      if (prompt.automatic === true) return prompt
      const mentioned = mentionedPlans(prompt.text)
      if (mentioned.length === 0) return prompt
      const plans = prompt.plans ?? (await pinned(message, mentioned))
      const fitted = fitPlans(await Promise.all(plans.map((plan) => textOf(message, plan))))
      return { ...prompt, plans: fitted.map(({ plan }) => plan), context: planContext(fitted) }
    },
  }
}
