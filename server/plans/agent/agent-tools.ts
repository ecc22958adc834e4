import { randomBytes } from 'node:crypto'
import { applyUpdate, encodeStateAsUpdate } from 'yjs'
import type { HarnessId } from '#shared/domain/harness.ts'
import { Plan, planMarkdownLimit, type PlanAuthor } from '#shared/domain/plan.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import type { Role } from '#shared/domain/team.ts'
import { PlanCommentId, PlanId, uuidv7, type RunId, type TeamId, type UserId } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { createPlan } from '#sync/core/mutators/plans.ts'
import { setSteps } from '#sync/core/plan/tick-steps.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { mergeRewrite } from '#sync/core/plan/merge-rewrite.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { PlanChanged, Plans } from '../create-plans.ts'
import { caretAfter, caretAt } from './agent-caret.ts'
import { isTellable, namesWords, no, threadsWords, wholeWords, yes } from './answer-words.ts'
import { addComment, anchorAt, openThreads } from './comments.ts'
import { createReadStates, type ReadStates } from './read-states.ts'

/** For whom an agent acts: the plans are those of its run's team, and what it may do is what this person may. */
export type PlanAgent = {
  readonly teamId: TeamId
  readonly runId: RunId
  readonly harness: HarnessId
  readonly userId: UserId
  readonly role: Role
  /** What the run executes. */
  readonly plan: PlanId | undefined
  /** What its runner calls it, and the letters of its tile. */
  readonly name: string
  readonly letters: string
}

export type AgentToolsDeps = TransactDeps & {
  readonly plans: Pick<
    Plans,
    'read' | 'readPlan' | 'change' | 'writePlan' | 'showPlan' | 'rewritePlan' | 'versions' | 'projector' | 'agents'
  >
  readonly states?: ReadStates
}

type Call<T extends PlanToolCall['tool']> = Extract<PlanToolCall, { tool: T }>

/** What an agent can do with plans. Every answer is a sentence for its model. */
export type AgentTools = { call(agent: PlanAgent, call: PlanToolCall): Promise<PlanToolAnswer> }

export function createAgentTools(deps: AgentToolsDeps): AgentTools {
  const { plans } = deps
  const states = deps.states ?? createReadStates(deps.now)

  async function call(agent: PlanAgent, asked: PlanToolCall): Promise<PlanToolAnswer> {
    if (!canEditPlans(agent.role)) return no('The person of this run may not edit plans, so neither can you.')
    if (asked.tool === 'plan_create') return await create(agent, asked)
    const id = asked.planId ?? agent.plan
    if (id === undefined) return no('This run executes no plan, so say which one you mean by its plan_id.')
    const plan = await find(agent, id)
    if (plan === undefined)
      return no(`There is no plan with the id “${id.slice(0, 60)}” here. Use an id that you were given.`)
    plans.agents.seen(agent, plan)
    switch (asked.tool) {
      case 'plan_read':
        return await read(agent, plan, asked)
      case 'plan_update':
        return await update(agent, plan, asked)
      case 'plan_set_step':
        return await setStep(agent, plan, asked)
      case 'plan_comment':
        return await comment(agent, plan, asked)
    }
  }

  async function find({ teamId }: PlanAgent, id: string): Promise<PlanRef | undefined> {
    const planId = PlanId.safeParse(id.trim())
    if (!planId.success) return undefined
    const { rows } = await deps.store.read(teamSpace(teamId), [keys.plan(planId.data)])
    return Plan.safeParse(rows[0]?.value).success ? { teamId, planId: planId.data } : undefined
  }

  const stateOf = (plan: PlanRef): Promise<Uint8Array> => plans.read(plan, (doc) => encodeStateAsUpdate(doc))

  async function create(agent: PlanAgent, { title, markdown }: Call<'plan_create'>): Promise<PlanToolAnswer> {
    const named = title?.trim() === '' ? undefined : title?.trim()
    if (named === undefined && markdown.trim() === '') return no('A plan needs a title or a text.')
    const plan = { teamId: agent.teamId, planId: PlanId.parse(uuidv7(deps.now(), randomBytes(10))) }
    const author = authorOf(agent)
    // The document comes first: if the rest fails nobody sees any of it.
    const document = await plans.writePlan({ title: named, markdown })
    const changed = await plans.change(plan, author, (doc) => applyUpdate(doc, document), { version: false })
    if (changed.outcome !== 'stored') return no(why(changed))
    const state = await stateOf(plan)
    const reading = await plans.showPlan(state)
    if (reading === undefined) throw new Error('a whole plan can be shown')
    let refused: string | undefined
    await transact(
      deps,
      async (tx) => {
        const rows = tx.space(teamSpace(agent.teamId))
        const made = await createPlan.run(
          rows,
          { planId: plan.planId, title: reading.title, folder: '' },
          { ...agent, now: tx.now, side: 'server', effect: (effect) => tx.effect(effect) },
        )
        refused = made.ok ? undefined : (made.error.detail ?? made.error.code)
        const row = await getRow(rows, keys.plan(plan.planId), Plan)
        if (!made.ok || row === undefined) return false
        await putRow(rows, keys.plan(plan.planId), { ...row, updatedBy: author, untouched: agent.runId } satisfies Plan)
        return undefined
      },
      { user: agent.userId },
    )
    if (refused !== undefined) return no(`The plan could not be made: ${refused}.`)
    await plans.versions.make(plan, {
      markdown: reading.markdown,
      by: [author],
      origin: 'agent',
      runId: agent.runId,
    })
    await plans.projector.project(plan)
    plans.agents.seen(agent, plan)
    const revision = states.keep(stateName(agent, plan), state)
    return {
      ...yes(
        `The plan “${reading.title}” was made. Plan ${plan.planId}, revision ${revision}.\n\n${namesWords(reading)}`,
      ),
      made: { planId: plan.planId, title: reading.title },
    }
  }

  async function read(agent: PlanAgent, plan: PlanRef, { sectionId }: Call<'plan_read'>): Promise<PlanToolAnswer> {
    const state = await stateOf(plan)
    const reading = await plans.showPlan(state, sectionId)
    if (reading === undefined) return no(noSection(sectionId))
    if (!isTellable(reading))
      return no(
        sectionId === undefined
          ? `This plan is too long to be read at once. Read one section of it.\n\n${namesWords({ ...reading, steps: [] })}`
          : `This section is too long to be read at once. Read one below it.\n\n${namesWords({ ...reading, steps: [] })}`,
      )
    const threads = threadsWords(await openThreads(deps, plan), agent.runId)
    return yes(`${wholeWords(plan.planId, states.keep(stateName(agent, plan), state), reading)}\n${threads}`)
  }

  async function update(
    agent: PlanAgent,
    plan: PlanRef,
    { revision, sectionId, markdown }: Call<'plan_update'>,
  ): Promise<PlanToolAnswer> {
    const known = states.find(stateName(agent, plan), revision.trim())
    const base = known ?? (await stateOf(plan))
    const rewritten = await plans.rewritePlan(base, { markdown, sectionId })
    if (rewritten === undefined) return no(noSection(sectionId))
    const { update: made, state, reading, changed } = rewritten
    if (!changed) return yes('The plan says that already. Nothing was changed.')
    if (reading.markdown.length > planMarkdownLimit) return no(why({ outcome: 'full' }))
    let restored = 0
    const stored = await plans.change(plan, authorOf(agent), (doc) => {
      restored = mergeRewrite(doc, base, made)
    })
    if (stored.outcome !== 'stored') return no(why(stored))
    plans.agents.seen(agent, plan, caretAfter(made))
    const now = await plans.readPlan(plan)
    const next = states.keep(stateName(agent, plan), state)
    const told = [`The plan was changed. Plan ${plan.planId}, revision ${next}.`]
    if (known === undefined)
      told.push(
        `Revision “${revision.slice(0, 40)}” is not kept any more, so this was applied to the plan as it is now: what people wrote since you read it may have been replaced. Read the plan and put right what should not have gone.`,
      )
    else if (now.reading.markdown !== reading.markdown)
      told.push(
        'People have changed the plan since you read it, and what they wrote is kept. Read it before you go on.',
      )
    if (restored > 0)
      told.push('Where you took away what people had written in meanwhile, their text stands again. Take care of it.')
    return yes([told.join(' '), namesWords(reading)].join('\n\n'))
  }

  async function setStep(
    agent: PlanAgent,
    plan: PlanRef,
    { stepId, done }: Call<'plan_set_step'>,
  ): Promise<PlanToolAnswer> {
    const wanted = new Set([stepId])
    let found = 0
    let isNews = false
    const set = await plans.change(
      plan,
      authorOf(agent),
      (doc) => {
        const steps = setSteps(doc, wanted, done)
        found = steps.found
        isNews = steps.changed > 0
      },
      // Too little to be a version.
      { version: false },
    )
    if (found === 0) return no(`There is no step with the id “${stepId}” in this plan. Read the plan for its steps.`)
    if (set.outcome !== 'stored') return no(why(set))
    const words = done ? 'done' : 'open'
    return yes(isNews ? `The step is ${words} now.` : `The step was ${words} already.`)
  }

  async function comment(
    agent: PlanAgent,
    plan: PlanRef,
    { threadId, quote, suggestion, text }: Call<'plan_comment'>,
  ): Promise<PlanToolAnswer> {
    if (text.trim() === '' && suggestion === undefined) return no('A comment needs a text.')
    const thread = threadId === undefined ? undefined : PlanCommentId.safeParse(threadId.trim()).data
    if (threadId !== undefined && thread === undefined)
      return no('There is no thread of comments with this id. Read the plan for its open threads.')
    const words = thread === undefined ? quote?.trim() : undefined
    const anchor =
      words === undefined || words === '' ? undefined : await plans.read(plan, (doc) => anchorAt(doc, words))
    if (anchor === 0)
      return no(
        'These words are not in the plan. Quote them as they stand, without signs of Markdown, from one paragraph.',
      )
    if (typeof anchor === 'number') return no(`These words stand in the plan ${anchor} times. Quote more of them.`)
    if (suggestion !== undefined && (anchor === undefined || words === undefined))
      return no('A suggestion needs the words that it is about: give them as quote, and no thread_id.')
    if (suggestion !== undefined && suggestion === words) return no('The suggestion says what the plan says already.')
    const comment = {
      text: text.trim(),
      thread,
      anchor,
      ...(suggestion === undefined || words === undefined ? {} : { suggestion: { from: words, to: suggestion } }),
      by: authorOf(agent),
    }
    const made = await addComment(deps, plan, comment, agent)
    if (typeof made === 'string') return no(`The comment could not be made: ${made}.`)
    if (anchor !== undefined) plans.agents.seen(agent, plan, caretAt(anchor))
    return yes(`The comment stands. Its thread is ${thread ?? made.id}.`)
  }

  return { call }
}

function authorOf({ runId, harness }: PlanAgent): PlanAuthor {
  return { kind: 'agent', runId, harness }
}

function stateName({ runId }: PlanAgent, { planId }: PlanRef): { runId: string; planId: string } {
  return { runId, planId }
}

function noSection(id: string | undefined): string {
  return `There is no section with the id “${id ?? ''}” in this plan. Read the plan for its sections.`
}

function why(changed: Exclude<PlanChanged, { outcome: 'stored' }>): string {
  return changed.outcome === 'busy'
    ? 'Too many plans are open at the moment. Try again in a minute.'
    : 'The plan would be longer than a plan may be. Write less, or make a second plan.'
}
