import { Attachments, type Attachment } from '#shared/domain/attachment.ts'
import type { Prompt } from '#shared/domain/prompt.ts'
import { RunId } from '#shared/ids.ts'
import type { PendingMutation } from '#sync/client/workspace.ts'
import type { ShownIntent } from '../../../words/states.ts'

/** A message that has not become part of the transcript. */
export type Waiting = {
  readonly prompt: Prompt
  /** `queued`: waits for the turn's end and may be changed. `going`: on its way to the agent. */
  readonly place: 'queued' | 'going'
  readonly intent: ShownIntent
}

/** The messages of a run that wait, in their order; those on their way first. */
export function toWaiting(prompts: readonly Prompt[], pending: readonly PendingMutation[]): readonly Waiting[] {
  const local = new Set(pending.flatMap((mutation) => promptIdOf(mutation) ?? []))
  const waiting = prompts
    .toSorted((a, b) => a.order - b.order)
    .map((prompt): Waiting => {
      const going = prompt.mode === 'interrupt' || prompt.state !== 'accepted'
      return {
        prompt,
        place: going ? 'going' : 'queued',
        intent: prompt.state === 'accepted' && local.has(prompt.id) ? 'local' : prompt.state,
      }
    })
  return [...waiting.filter((one) => one.place === 'going'), ...waiting.filter((one) => one.place === 'queued')]
}

/** The order value that puts the message at `from` to place `to` of the list, or `undefined` when it stands there. */
export function orderAt(orders: readonly number[], from: number, to: number): number | undefined {
  const target = Math.max(0, Math.min(orders.length - 1, to))
  if (from === target || orders[from] === undefined) return undefined
  const others = orders.filter((_, index) => index !== from)
  const before = others[target - 1]
  const after = others[target]
  if (before === undefined) return after === undefined ? undefined : after - 1
  return after === undefined ? before + 1 : (before + after) / 2
}

/** What is left of a draft once `sent` was taken: nothing, or what was typed meanwhile. */
export function afterSending(draft: string, sent: string): string {
  if (draft === sent) return ''
  return draft.startsWith(sent) ? draft.slice(sent.length).trimStart() : draft
}

/** `/queue text` → the text, which then waits whatever else is chosen; `undefined`: an ordinary message. */
export function queueCommand(message: string): string | undefined {
  const found = /^\s*\/queue(?:\s+([^]*))?$/.exec(message)
  return found === null ? undefined : (found[1] ?? '').trim()
}

function promptIdOf(mutation: PendingMutation): string | undefined {
  const args = mutation.args
  if (typeof args !== 'object' || args === null || !('promptId' in args) || typeof args.promptId !== 'string')
    return undefined
  return mutation.name === 'sendPrompt' || mutation.name === 'sendPromptNow' ? args.promptId : undefined
}

/** What a refused mutation was about, when it belongs to this run: its text, so that nothing typed is lost. */
export function refusedText(
  name: string,
  json: string,
  runId: RunId,
): { readonly text: string | undefined; readonly attachments?: readonly Attachment[] } | undefined {
  if (name === 'answerPermission' || name === 'createRun') return undefined
  try {
    const args: unknown = JSON.parse(json)
    if (typeof args !== 'object' || args === null || !('runId' in args) || args.runId !== runId) return undefined
    const attachments = Attachments.safeParse(Reflect.get(args, 'attachments')).data
    return {
      text: 'text' in args && typeof args.text === 'string' ? args.text : undefined,
      ...(attachments === undefined ? {} : { attachments }),
    }
  } catch {
    // Arguments over 4,000 characters are kept cut: the beginning of a message is better than nothing.
    if (!json.includes(runId)) return undefined
    const text = /"text":"((?:[^"\\]|\\.)*)/.exec(json)?.[1]
    return { text: text === undefined ? undefined : unescape(text) }
  }
}

function unescape(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(`"${text.replace(/\\u?[0-9a-f]{0,3}$/i, '')}"`)
    return typeof parsed === 'string' ? parsed : undefined
  } catch {
    return undefined
  }
}
