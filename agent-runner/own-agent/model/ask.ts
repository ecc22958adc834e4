import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelMessage } from 'ai'
import { err, ok, type Result } from '#shared/result.ts'
import { serverName, type ModelChoice } from '../models/choose.ts'
import { askOnce, type Listener, type ModelAnswer, type ModelRequest } from './ask-once.ts'
import { messagesFor, type Turned } from './conversation.ts'
import { faultOf, type Fault } from './faults.ts'
import { withPictures } from './pictures.ts'
import { createContinuation } from './resume.ts'
import type { ModelTimes } from './times.ts'

/** The models of a conversation, over its requests: one that failed is passed over for a while. */
export interface ModelAsker {
  /** @throws the signal's reason */
  ask(
    request: Omit<ModelRequest, 'messages'> & {
      readonly chain: readonly [ModelChoice, ...ModelChoice[]]
      readonly conversation: readonly Turned[]
    },
    on: Listener & { notice(text: string): Promise<void> },
    signal: AbortSignal,
  ): Promise<
    Result<ModelAnswer & { readonly choice: ModelChoice; readonly by: string }, Fault & { choice: ModelChoice }>
  >
}

/** Tries of one request with one model: fewer where another can take its place. */
const triesAlone = 6
const triesWithOthers = 2
/** What a provider says that does not take an effort, or shows thoughts to verified organizations alone. */
const pictureWords = /image|vision|multimodal|picture/i
const thinkingWords = /reasoning|thinking|thought|effort|summar/i

export function createModelAsker({
  times,
  now,
  random,
}: {
  times: ModelTimes
  now: () => number
  random: () => number
}): ModelAsker {
  const restingUntil = new Map<string, number>()
  /** Models that refuse to be told how to think, or to show it. */
  const plain = new Set<string>()
  /** Models that refuse pictures. */
  const blind = new Set<string>()

  return {
    async ask({ chain, conversation, ...request }, on, signal) {
      /** What was shown of the answer, over all tries. */
      let told = ''

      async function tryOnce(choice: ModelChoice): Promise<ModelAnswer & { choice: ModelChoice; by: string }> {
        const by = `${choice.endpoint.api}:${choice.endpoint.own?.name ?? ''}`
        const before = told
        const continuation = createContinuation(before)
        const listen: Listener = {
          thought: (piece) => on.thought(piece),
          text: async (piece) => {
            const fresh = continuation.take(piece)
            told += fresh
            if (fresh !== '') await on.text(fresh)
          },
        }
        const way = blind.has(choice.id) ? 'none' : speaksChat(choice) ? 'beside' : 'inPlace'
        const messages = [...withPictures(messagesFor(conversation, by), way), ...goOn(before)]
        const answer = await askOnce(
          choice,
          { ...request, messages },
          { signal, times, listen, isPlain: plain.has(choice.id) },
        )
        return { ...(before === '' || continuation.repeats ? answer : joined(before, answer)), choice, by }
      }

      async function tryModel(choice: ModelChoice, tries: number): ReturnType<ModelAsker['ask']> {
        for (let attempt = 1; ; attempt++) {
          try {
            return ok(await tryOnce(choice))
          } catch (error) {
            signal.throwIfAborted()
            const fault = { ...faultOf(error, now()), choice }
            if (fault.kind === 'request' && !plain.has(choice.id) && thinkingWords.test(fault.text)) {
              plain.add(choice.id)
              continue
            }
            if (fault.kind === 'request' && !blind.has(choice.id) && pictureWords.test(fault.text)) {
              blind.add(choice.id)
              continue
            }
            const isFinal = fault.kind === 'auth' || fault.kind === 'request' || fault.kind === 'context'
            if (isFinal || attempt >= tries || (fault.waitMs ?? 0) > times.mostWaitMs) return err(fault)
            const backoff = Math.min(times.mostBackoffMs, times.firstBackoffMs * 2 ** (attempt - 1))
            const ms = Math.max(fault.waitMs ?? 0, backoff * (0.5 + random() / 2))
            if (ms >= times.tellWaitMs)
              await on.notice(`${sentenceOf(fault)} It is asked again in ${Math.ceil(ms / 1000)} seconds.`)
            await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
          }
        }
      }

      const awake = chain.filter(({ id }) => (restingUntil.get(id) ?? 0) <= now())
      const order = awake.length > 0 ? awake : chain
      let last: Fault & { choice: ModelChoice } = { kind: 'request', text: 'there is no model', choice: chain[0] }
      for (const [place, choice] of order.entries()) {
        if (place > 0) await on.notice(`${sentenceOf(last)} ${choice.name} goes on in its place.`)
        const isLast = place === order.length - 1
        const answered = await tryModel(choice, isLast ? triesAlone : triesWithOthers)
        if (answered.ok) return answered
        last = answered.error
        // No other model is asked for one that fits, see `compact`.
        if (last.kind === 'context') return err(last)
        if (!isLast) restingUntil.set(choice.id, now() + times.restMs)
      }
      return err(last)
    },
  }
}

function speaksChat({ endpoint }: ModelChoice): boolean {
  return endpoint.api === 'openai' && endpoint.own !== undefined
}

/** What went wrong, as a sentence for people. */
export function sentenceOf(fault: Fault & { choice: ModelChoice }): string {
  const server = serverName(fault.choice)
  const said = fault.text.replace(/[.!]$/, '')
  switch (fault.kind) {
    case 'auth':
      return `${server} refuses the key: ${said}.`
    case 'limit':
      return `${server} takes no more requests for ${fault.choice.name} now: ${said}.`
    case 'server':
      return `${server} failed: ${said}.`
    case 'network':
      return `${server} did not answer to the end: ${said}.`
    case 'context':
      return `The conversation is too long for ${fault.choice.name}: ${said}.`
    case 'request':
      return `${server} refuses the request: ${said}.`
  }
}

/** An answer that broke off stands as it was told, and the model is asked for the rest. */
function goOn(told: string): ModelMessage[] {
  if (told === '') return []
  return [
    { role: 'assistant', content: [{ type: 'text', text: told }] },
    {
      role: 'user',
      content:
        'Your answer was interrupted on its way. Go on exactly where it stopped, without repeating anything and without a word about this. A tool call that you were about to make did not arrive: make it again.',
    },
  ]
}

function joined(before: string, answer: ModelAnswer): ModelAnswer {
  const { content } = answer.message
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content
  return {
    ...answer,
    text: before + answer.text,
    message: { role: 'assistant', content: [{ type: 'text', text: before }, ...parts] },
  }
}
