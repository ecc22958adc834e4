import type { UserContent } from 'ai'
import type { ModelEffort } from '#shared/domain/harness.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { sentenceOf, type ModelAsker } from '../model/ask.ts'
import type { ModelAnswer } from '../model/ask-once.ts'
import { newestImages, roughTokens } from '../model/conversation.ts'
import type { Fault } from '../model/faults.ts'
import type { ModelChoice } from '../models/choose.ts'
import type { OwnTool } from '../tools/tool.ts'
import type { TurnClient } from './client.ts'
import { compactAt, compacted, cutConversation, summaryInstructions, transcriptOf } from './compact.ts'
import { instructionsFor, lookAround } from './instructions.ts'
import { createLoopGuard } from './loop-guard.ts'
import { performCalls, toolResults } from './perform-calls.ts'
import { costOf, type Spent } from './spend.ts'
import type { SessionState } from './state.ts'

export interface TurnEnd {
  readonly stopReason: 'end_turn' | 'cancelled' | 'refusal' | 'max_tokens'
  readonly spent: Spent
  /** Why it could not go on. */
  readonly failure?: { readonly kind: Fault['kind']; readonly text: string }
}

export interface TurnDeps {
  readonly sandbox: Sandbox
  readonly client: TurnClient
  readonly asker: ModelAsker
  readonly chain: readonly [ModelChoice, ...ModelChoice[]]
  readonly effort: ModelEffort | undefined
  readonly tools: readonly OwnTool[]
  readonly newId: () => string
  readonly today: string
  /** Keeps the conversation. */
  readonly save: () => Promise<void>
  readonly limits: TurnLimits
  readonly signal: AbortSignal
}

export interface TurnLimits {
  /** Requests to the model before a person is asked whether it goes on. */
  readonly steps: number
}

export const turnLimits: TurnLimits = { steps: 150 }

/** What the model is told of one call, in characters: at least, and for each token of its context where there are several. */
const leastAnswer = 4_000
const answerShare = 0.8
/** Answers without a word or a call before the turn ends. */
const mostEmpty = 3
/** Answers in a row that the model's limit of output cut. */
const mostCut = 3

/** Works on one prompt until the model has nothing more to do. Whatever happens, the conversation stays one that can be gone on with. */
export async function performTurn(state: SessionState, prompt: UserContent, deps: TurnDeps): Promise<TurnEnd> {
  const { client, signal, sandbox } = deps
  const spent: Spent = { inputTokens: 0, outputTokens: 0 }
  const guard = createLoopGuard()
  let told = ''
  let [empty, cut, steps] = [0, 0, 0]

  const tools = deps.tools.filter(({ changes }) => state.mode === 'normal' || !changes)
  state.conversation.push({ message: { role: 'user', content: prompt } })
  let instructions = ''

  const listener = {
    thought: (piece: string) => say('agent_thought_chunk', piece),
    text: (piece: string) => {
      told += piece
      return say('agent_message_chunk', piece)
    },
    notice,
  }

  try {
    instructions = instructionsFor({
      surroundings: await lookAround(sandbox, signal),
      sandbox,
      mode: state.mode,
      today: deps.today,
      tools: tools.map(({ name }) => name),
    })
    for (;;) {
      if (++steps > deps.limits.steps && !(await goesOn(`It has asked its model ${deps.limits.steps} times.`))) {
        return end('end_turn')
      }
      const fullness = state.counted.tokens + roughTokens(state.conversation.slice(state.counted.messages))
      if (fullness > compactAt * deps.chain[0].context) {
        const failure = await compact()
        if (failure !== undefined) return failure
      }
      told = ''
      let answered = await request()
      if (!answered.ok && answered.error.kind === 'context') {
        const failure = await compact()
        if (failure !== undefined) return failure
        told = ''
        answered = await request()
      }
      if (!answered.ok) {
        keepTold()
        return { ...end('end_turn'), failure: { kind: answered.error.kind, text: sentenceOf(answered.error) } }
      }
      const answer = answered.value
      await take(answer)
      if (answer.calls.length > 0) {
        ;[empty, cut] = [0, 0]
        const problem = await act(answer)
        signal.throwIfAborted()
        if (problem !== undefined && !(await goesOn(problem))) return end('end_turn')
        continue
      }
      if (answer.finish === 'content-filter') return end('refusal')
      if (answer.finish === 'length') {
        if (++cut >= mostCut) return end('max_tokens')
        nudge('Your answer reached the limit of its length. Go on where it stopped, in smaller parts.')
      } else if (answer.text.trim() === '') {
        if (++empty >= mostEmpty) {
          return {
            ...end('end_turn'),
            failure: { kind: 'server', text: `${answer.choice.name} answered ${empty} times with nothing.` },
          }
        }
        nudge('Your answer was empty. Go on with the work, or say in a sentence what came of it.')
      } else return end('end_turn')
    }
  } catch (error) {
    if (!signal.aborted) throw error
    keepTold()
    return end('cancelled')
  } finally {
    await deps.save()
  }

  function end(stopReason: TurnEnd['stopReason']): TurnEnd {
    return { stopReason, spent }
  }

  function request(): ReturnType<ModelAsker['ask']> {
    return deps.asker.ask(
      { chain: deps.chain, conversation: state.conversation, instructions, tools, effort: deps.effort },
      listener,
      signal,
    )
  }

  async function take(answer: ModelAnswer & { choice: ModelChoice; by: string }): Promise<void> {
    const { message, by } = answer
    const isEmpty = answer.text.trim() === '' && answer.calls.length === 0
    if (!isEmpty) state.conversation.push({ message, by })
    told = ''
    await count(answer)
  }

  async function count({ usage, choice }: ModelAnswer & { choice: ModelChoice }): Promise<void> {
    const [input, output] = [usage.inputTokens ?? 0, usage.outputTokens ?? 0]
    spent.inputTokens += input
    spent.outputTokens += output
    state.counted = { tokens: input + output, messages: input === 0 ? 0 : state.conversation.length }
    const cost = costOf(usage, choice.price)
    if (cost !== undefined) state.cost = (state.cost ?? 0) + cost
    await tellUsage(choice)
  }

  async function tellUsage({ context }: ModelChoice): Promise<void> {
    const used = state.counted.tokens + roughTokens(state.conversation.slice(state.counted.messages))
    const cost = state.cost === undefined ? {} : { cost: { amount: state.cost, currency: 'USD' } }
    await client.update({ sessionUpdate: 'usage_update', used, size: context, ...cost })
  }

  /** @returns why a person should look at it, where one should. */
  async function act(answer: ModelAnswer): Promise<string | undefined> {
    // A runner that dies in the middle finds the calls without their answers.
    await deps.save()
    const performed = await performCalls(answer.calls, { tools, client, newId: deps.newId, signal })
    const mostChars = Math.max(leastAnswer, (answerShare * deps.chain[0].context) / Math.max(2, performed.length))
    const content = toolResults(performed, mostChars)
    state.conversation = newestImages([...state.conversation, { message: { role: 'tool', content } }])
    const problems = performed.map(({ call, answer: { text, isError = false } }) =>
      guard.saw({ tool: call.tool, input: call.input, answer: text, isError }),
    )
    return problems.find((one) => one !== undefined)
  }

  async function goesOn(problem: string): Promise<boolean> {
    const chosen = await client.choose(`${problem} Shall it go on?`, [
      { value: 'go', title: 'Go on' },
      { value: 'stop', title: 'Stop here' },
    ])
    signal.throwIfAborted()
    guard.forget()
    steps = 0
    if (chosen === 'go') {
      nudge(`A person looked at this: ${problem} They want you to go on. Try another way than before.`)
      return true
    }
    await notice(`${problem} It was stopped.`)
    return false
  }

  /** @returns how the turn ends where the conversation can't be made shorter. */
  async function compact(): Promise<TurnEnd | undefined> {
    const [{ context }] = deps.chain
    const before = state.conversation.length
    const { old, kept } = cutConversation(state.conversation, context, roughTokens)
    await notice('The conversation has become long: it is summed up, and goes on from the summary.')
    // Characters that surely fit, though some scripts take a token for each.
    for (const chars of [context * 2, context / 2]) {
      const summed = await deps.asker.ask(
        {
          chain: deps.chain,
          conversation: [{ message: { role: 'user', content: transcriptOf(old, chars) } }],
          instructions: summaryInstructions,
          tools: [],
          effort: undefined,
        },
        { text: async () => {}, thought: async () => {}, notice },
        signal,
      )
      if (!summed.ok && summed.error.kind === 'context') continue
      if (!summed.ok) {
        return { ...end('end_turn'), failure: { kind: summed.error.kind, text: sentenceOf(summed.error) } }
      }
      await count(summed.value)
      state.conversation = compacted(summed.value.text, state.tasks, kept)
      state.counted = { tokens: roughTokens(state.conversation), messages: state.conversation.length }
      state.rules.clear()
      await tellUsage(summed.value.choice)
      await notice(`${before} messages became ${state.conversation.length}.`)
      return undefined
    }
    return {
      ...end('end_turn'),
      failure: {
        kind: 'context',
        text: `The conversation is too long for ${deps.chain[0].name}, and could not be summed up.`,
      },
    }
  }

  function nudge(content: string): void {
    state.conversation.push({ message: { role: 'user', content } })
  }

  /** What was said of an answer that did not come to its end is part of the conversation all the same. */
  function keepTold(): void {
    const last = state.conversation.at(-1)?.message.role
    if (told !== '' && last !== 'assistant') state.conversation.push({ message: { role: 'assistant', content: told } })
    told = ''
  }

  function say(sessionUpdate: string, text: string): Promise<void> {
    return client.update({ sessionUpdate, content: { type: 'text', text } })
  }

  function notice(message: string): Promise<void> {
    return client.update({ sessionUpdate: 'notice', severity: 'info', message })
  }
}
