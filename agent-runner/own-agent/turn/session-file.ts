import { modelMessageSchema } from 'ai'
import { z } from 'zod'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { sessionFolder, sessionName } from '../session-name.ts'
import { runScript } from '../inside/script.ts'
import type { Turned } from '../model/conversation.ts'
import { OwnTask } from '../tools/tasks.ts'
import { modes } from './instructions.ts'

/** What a conversation is, between processes. It lies in the run's home folder. */
export interface KeptSession {
  readonly conversation: readonly Turned[]
  readonly tasks: readonly OwnTask[]
  readonly mode: (typeof modes)[number]['id']
  /** US dollars; `undefined` while no price is known. */
  readonly cost: number | undefined
  /** Rules of folders that it was told. */
  readonly rules: readonly string[]
}

const Kept = z.object({
  version: z.literal(1),
  conversation: z.array(z.object({ message: modelMessageSchema, by: z.string().optional() })),
  tasks: z.array(OwnTask).catch([]),
  mode: z.enum(modes.map(({ id }) => id)).catch('normal'),
  cost: z.number().nonnegative().optional().catch(undefined),
  rules: z.array(z.string()).catch([]),
})

/** The longest that is kept; pictures of old turns go before it is reached. */
const mostBytes = 64_000_000

export function folderOf(sandbox: Sandbox): string {
  return `${sandbox.home}/${sessionFolder}`
}

/** Written beside and moved, so that a kill leaves the one before. */
const write = ['umask 077; mkdir -p -- "$1" && cat > "$1/$2.tmp" && mv -f -- "$1/$2.tmp" "$1/$2.json"'].join('\n')

/** @returns a sentence where it could not be kept. */
export async function keepSession(
  sandbox: Sandbox,
  sessionId: string,
  session: KeptSession,
): Promise<string | undefined> {
  const text = JSON.stringify({ version: 1, ...session })
  const done = await runScript(sandbox, write, { args: [folderOf(sandbox), sessionName(sessionId)], stdin: text })
  return done.code === 0 ? undefined : `The conversation could not be kept: ${done.stderr || 'no reason was given'}.`
}

/** @returns `undefined` where there is none that can be gone on with. */
export async function loadSession(sandbox: Sandbox, sessionId: string): Promise<KeptSession | undefined> {
  const read = await runScript(sandbox, 'cat -- "$1/$2.json"', {
    args: [folderOf(sandbox), sessionName(sessionId)],
    limit: mostBytes,
  })
  if (read.code !== 0 || read.isCut) return undefined
  const parsed = Kept.safeParse(parseJson(read.stdout.toString()))
  if (!parsed.success) return undefined
  const { conversation, tasks, mode, cost, rules } = parsed.data
  return { conversation: answered(conversation), tasks, mode, cost, rules }
}

/** A call without an answer, of a process that died while it was at it, would make every later request wrong. */
function answered(conversation: readonly Turned[]): Turned[] {
  const last = conversation.at(-1)
  if (last?.message.role !== 'assistant' || typeof last.message.content === 'string') return [...conversation]
  const open = last.message.content.flatMap((part) => (part.type === 'tool-call' ? [part] : []))
  if (open.length === 0) return [...conversation]
  const content = open.map(({ toolCallId, toolName }) => ({
    type: 'tool-result' as const,
    toolCallId,
    toolName,
    output: {
      type: 'error-text' as const,
      value:
        'Drover’s runner ended before this was answered. It may have happened, in whole or in part: look before you do it again.',
    },
  }))
  return [...conversation, { message: { role: 'tool', content } }]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
