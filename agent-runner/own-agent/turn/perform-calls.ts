import type { ToolResultPart } from 'ai'
import { messageOf } from '../../log.ts'
import type { WantedCall } from '../model/ask-once.ts'
import { failed, middleCut, type CallContext, type OwnTool, type ShownCall, type ToolAnswer } from '../tools/tool.ts'
import type { TurnClient } from './client.ts'

/** Calls of one answer that are carried out at the same time; the others wait. */
const atOnce = 8
/** What of an answer is shown to people; the model gets all of it. */
const shownLength = 20_000

export interface Performed {
  readonly call: WantedCall
  readonly answer: ToolAnswer
}

const options = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'deny', name: 'Deny', kind: 'reject_once' },
]

/** Carries out what the model wants. Every call gets an answer, whatever happens; one that was cancelled says so. */
export async function performCalls(
  calls: readonly WantedCall[],
  {
    tools,
    client,
    newId,
    signal,
  }: { tools: readonly OwnTool[]; client: TurnClient; newId: () => string; signal: AbortSignal },
): Promise<Performed[]> {
  const done: Performed[] = []
  const waiting = [...calls.entries()]

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, call] = next
      done[index] = { call, answer: await perform(call) }
    }
  }

  async function perform(call: WantedCall): Promise<ToolAnswer> {
    const id = newId()
    const tool = tools.find(({ name }) => name === call.tool)
    const prepared =
      tool === undefined
        ? `There is no tool “${call.tool}” now. There are: ${tools.map(({ name }) => name).join(', ')}.`
        : call.problem === undefined
          ? tool.prepare(call.input)
          : `The call can't be read, so nothing was done: ${call.problem.slice(0, 1000)}`
    const isSilent = tool?.isSilent === true
    const update = (fields: Readonly<Record<string, unknown>>): Promise<void> =>
      isSilent ? Promise.resolve() : client.update({ sessionUpdate: 'tool_call_update', toolCallId: id, ...fields })
    const shown: ShownCall = typeof prepared === 'string' ? { title: call.tool, kind: 'other' } : prepared.shown
    if (!isSilent) await client.update({ sessionUpdate: 'tool_call', toolCallId: id, status: 'pending', ...shown })
    const answer =
      typeof prepared === 'string'
        ? failed(prepared)
        : await prepared
            .run({ id, signal, update, ask: asker(id, shown, update) })
            .catch((error: unknown) =>
              failed(signal.aborted ? 'It was cancelled.' : `It did not work: ${messageOf(error)}`),
            )
    await update({
      status: answer.isError === true ? 'failed' : 'completed',
      ...(answer.update ?? { content: [textBlock(answer.text.slice(0, shownLength).toWellFormed())] }),
    })
    return answer
  }

  function asker(id: string, shown: ShownCall, update: CallContext['update']): CallContext['ask'] {
    return async (more = {}) => {
      const answered = await client.ask({
        toolCall: { toolCallId: id, ...shown, ...more },
        options,
        ...(more._meta === undefined ? {} : { _meta: more._meta }),
      })
      signal.throwIfAborted()
      if (answered?.optionId === 'allow') {
        await update({ status: 'in_progress' })
        return undefined
      }
      const said = answered?.message === undefined ? '' : ` They said: ${answered.message}`
      const text =
        answered === undefined
          ? 'The question was withdrawn before anybody answered it. It was not done.'
          : `It was denied and not done.${said}`
      return { text, isError: true, update: {} }
    }
  }

  await Promise.all(Array.from({ length: Math.min(atOnce, calls.length) }, work))
  return done
}

/** The answers as the model is sent them, each of at most this length. */
export function toolResults(performed: readonly Performed[], mostChars: number): ToolResultPart[] {
  return performed.map(({ call, answer }) => {
    const { images = [], isError = false } = answer
    const text = middleCut(answer.text, mostChars)
    const output: ToolResultPart['output'] =
      images.length > 0
        ? {
            type: 'content',
            value: [
              { type: 'text', text },
              ...images.map(({ data, mediaType }) => ({
                type: 'file' as const,
                data: { type: 'data' as const, data },
                mediaType,
              })),
            ],
          }
        : { type: isError ? 'error-text' : 'text', value: text }
    return { type: 'tool-result', toolCallId: call.id, toolName: call.tool, output }
  })
}

function textBlock(text: string): Record<string, unknown> {
  return { type: 'content', content: { type: 'text', text } }
}
