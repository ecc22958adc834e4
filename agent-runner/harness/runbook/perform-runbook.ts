import type { RunbookStep } from './parse-runbook.ts'
import { parseRunbook } from './parse-runbook.ts'
import type { BlockShell } from './block-shell.ts'
import { describeSteps } from './describe-steps.ts'

/** What the agent needs of its client, so that tests can stand in for it. */
export interface RunbookClient {
  update(update: Record<string, unknown>): Promise<void>
  /** @returns the chosen option and what was said with it; `undefined` when the turn was cancelled. */
  ask(request: Record<string, unknown>): Promise<{ optionId: string; message?: string } | undefined>
}

export interface RunbookEnd {
  stopReason: 'end_turn' | 'cancelled'
  /** Why the runbook was not carried out; told as the run's failure. */
  failure?: string
}

type StepStatus = 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'waiting'

const longStepMs = 30_000
/** Each change of a step tells the whole list. */
const maxSteps = 500
/** How a shell tells that its command was ended by SIGKILL, as the kernel does for memory. */
const killedCode = 137
/** A question that is answered sooner was answered by a rule, and is not shown as waiting. */
const waitingAfterMs = 60

const howTo = [
  'There is nothing to run in this message: it has no fenced shell block.',
  '',
  'A runbook is text with the commands in fences, for example:',
  '',
  '````markdown',
  '## Count the files',
  '```sh',
  'git ls-files | wc -l',
  '```',
  '````',
  '',
  'Every block marked `sh`, `bash` or `shell` becomes a step.',
].join('\n')

/** What is told beside the steps is not worth an end when nobody listens any more: the steps' own updates say so. */
const leaves = (): void => undefined

/** Carries out one prompt: tells the text, runs the blocks one by one, asks before each, stops at the first failure. */
export async function performRunbook({
  prompt,
  client,
  shell,
  ranOutOfMemory,
  workspace,
  newId,
  signal,
}: {
  prompt: string
  client: RunbookClient
  shell: BlockShell
  ranOutOfMemory: () => Promise<boolean>
  workspace: string
  newId: () => string
  signal: AbortSignal
}): Promise<RunbookEnd> {
  const runbook = parseRunbook(prompt)
  const { steps } = runbook
  const statuses: StepStatus[] = steps.map(() => 'pending')
  const say = (text: string): Promise<void> =>
    client.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } })

  if (steps.length === 0) {
    await say(howTo)
    return { stopReason: 'end_turn' }
  }
  if (steps.length > maxSteps) {
    const failure = `A runbook has at most ${maxSteps} steps, and this one has ${steps.length}. Split it.`
    await say(failure)
    return { stopReason: 'end_turn', failure }
  }
  await client.update({
    sessionUpdate: 'agent_thought_chunk',
    content: { type: 'text', text: describeSteps(steps, workspace) },
  })
  await tellPlan()

  for (const [index, step] of steps.entries()) {
    if (step.prose !== '') await say(`${step.prose}\n`)
    const end = await performStep(step, index)
    if (end !== undefined) return end
  }
  const skipped = statuses.filter((status) => status === 'cancelled').length
  const done = steps.length - skipped
  const summary =
    skipped === 0
      ? steps.length === 1
        ? 'The step is done.'
        : `All ${steps.length} steps are done.`
      : `${done} of ${steps.length} steps are done, ${skipped} skipped.`
  await say(runbook.rest === '' ? summary : `${runbook.rest}\n\n${summary}`)
  return { stopReason: 'end_turn' }

  function tellPlan(): Promise<void> {
    return client.update({
      sessionUpdate: 'plan',
      entries: steps.map((step, index) => planEntry(step, statuses[index] ?? 'pending')),
    })
  }

  async function mark(index: number, status: StepStatus): Promise<void> {
    if (statuses[index] === status) return
    statuses[index] = status
    await tellPlan()
  }

  /** @returns how the runbook ends, or `undefined` when it goes on. */
  async function performStep(step: RunbookStep, index: number): Promise<RunbookEnd | undefined> {
    for (;;) {
      const toolCallId = newId()
      const { cwd, variables } = await shell.left()
      const around = {
        ...(cwd === workspace ? {} : { cwd }),
        ...(variables.length === 0 ? {} : { changedVariables: variables }),
      }
      const call = { toolCallId, title: step.title, kind: 'execute', rawInput: { command: step.code, ...around } }
      await client.update({ sessionUpdate: 'tool_call', status: 'pending', ...call })
      const asked = setTimeout(() => void mark(index, 'waiting').catch(leaves), waitingAfterMs)
      const answer = await client.ask({ toolCall: call, options: blockOptions }).finally(() => clearTimeout(asked))
      if (answer === undefined || signal.aborted) return cancelled(index)
      if (answer.optionId === 'deny') {
        await client.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'failed' })
        return denied(step, index, answer.message)
      }
      await mark(index, 'in_progress')
      const exitCode = await execute(step, toolCallId)
      if (signal.aborted) return cancelled(index)
      if (exitCode === 0) {
        await mark(index, 'completed')
        return undefined
      }
      await mark(index, 'failed')
      const choice = await askHowToGoOn(step, exitCode)
      if (choice === undefined || signal.aborted) return cancelled(index)
      if (choice.optionId === 'skip') {
        await mark(index, 'cancelled')
        return undefined
      }
      if (choice.optionId !== 'retry') {
        await say(`Stopped at “${step.title}”: it ended with exit code ${exitCode}.${left(index)}\n`)
        return { stopReason: 'end_turn', failure: `The step “${step.title}” ended with exit code ${exitCode}.` }
      }
    }
  }

  async function execute(step: RunbookStep, toolCallId: string): Promise<number> {
    await client.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' })
    const long = setTimeout(() => {
      client.update({ sessionUpdate: 'tool_call_update', toolCallId, title: `${step.title} · long step` }).catch(leaves)
    }, longStepMs)
    const write = (data: string): Promise<void> =>
      data === ''
        ? Promise.resolve()
        : client.update({
            sessionUpdate: 'tool_call_update',
            toolCallId,
            _meta: { terminal_output_delta: { terminal_id: toolCallId, data } },
          })
    const exitCode = await shell.run(step.code, write, signal).finally(() => clearTimeout(long))
    await client.update({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: exitCode === 0 ? 'completed' : 'failed',
      _meta: { terminal_exit: { terminal_id: toolCallId, exit_code: exitCode } },
    })
    return exitCode
  }

  async function askHowToGoOn(
    step: RunbookStep,
    exitCode: number,
  ): Promise<{ optionId: string; message?: string } | undefined> {
    const why =
      exitCode === killedCode && (await ranOutOfMemory())
        ? 'The sandbox ran out of memory: give it more, or run less at once.'
        : `“${step.title}” ended with exit code ${exitCode}.`
    const text = `${why} How shall the runbook go on?`
    return client.ask({
      toolCall: { toolCallId: newId(), title: `Step failed: ${step.title}` },
      options: failureOptions,
      _meta: { 'drover/question': { text } },
    })
  }

  async function denied(
    step: RunbookStep,
    index: number,
    message: string | undefined,
  ): Promise<RunbookEnd | undefined> {
    await mark(index, 'cancelled')
    const said = message === undefined ? '' : ` They said: ${message}`
    if (message !== undefined && /^\s*(?:go on|continue|skip|next)\b/i.test(message)) {
      await say(`“${step.title}” was denied and is skipped.${said}\n`)
      return undefined
    }
    await say(`“${step.title}” was denied, so the runbook stops here.${said}${left(index)}\n`)
    return { stopReason: 'end_turn', failure: `The step “${step.title}” was denied.` }
  }

  async function cancelled(index: number): Promise<RunbookEnd> {
    await mark(index, 'cancelled').catch(() => {})
    return { stopReason: 'cancelled' }
  }

  function left(index: number): string {
    const count = steps.length - index - 1
    if (count === 0) return ''
    return count === 1 ? ' 1 step was not run.' : ` ${count} steps were not run.`
  }
}

const blockOptions = [
  { optionId: 'allow', name: 'Run it', kind: 'allow_once' },
  { optionId: 'always', name: 'Run all such steps', kind: 'allow_always' },
  { optionId: 'deny', name: 'Do not run it', kind: 'reject_once' },
]

const failureOptions = [
  { optionId: 'retry', name: 'Retry', kind: 'allow_once' },
  { optionId: 'skip', name: 'Skip this step', kind: 'allow_once' },
  { optionId: 'stop', name: 'Stop here', kind: 'reject_once' },
]

/** ACP's plan knows three statuses; the true one stands in `_meta`. */
function planEntry(step: RunbookStep, status: StepStatus): Record<string, unknown> {
  const plain =
    status === 'pending' || status === 'in_progress' ? status : status === 'waiting' ? 'in_progress' : 'completed'
  return { content: step.title, priority: 'medium', status: plain, _meta: { 'drover/status': status } }
}
