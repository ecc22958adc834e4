import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import { Run, type RunConfig, type RunState } from '#shared/domain/run.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import { EntryId, PermissionId, PromptId, RunId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { ScriptedRunner } from './fakes/scripted-runner.ts'
import { newId, until } from './world.ts'

/** Steps of a run that several tests take, over real devices and a scripted runner. */

export const runOf = (workspace: Workspace, runId: RunId) => (on: (run: Run | undefined) => void) =>
  workspace.subscribe((tx) => getRow(tx, keys.run(runId), Run), on)
export const inState = (workspace: Workspace, runId: RunId, state: RunState) =>
  until(runOf(workspace, runId), (run) => run?.state === state)

export async function startRun(
  workspace: Workspace,
  prompt = 'Say hello',
  config: Partial<RunConfig> = {},
): Promise<RunId> {
  const runId = RunId.parse(newId())
  await until(
    (on: (value: unknown) => void) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (team) => team !== undefined,
  )
  await workspace.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt,
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct', ...config },
  })
  return runId
}

const entry = (n: number, body: EntryBody): TranscriptEntry => ({
  id: EntryId.parse(`e${n}`),
  n,
  at: Date.now(),
  turn: 1,
  body,
})
export const message = (n: number, text: string, done = true): TranscriptEntry =>
  entry(n, { kind: 'message', text: boundedText(text), done })

export function ask(runId: RunId, command: string): PermissionRequest {
  return {
    id: PermissionId.parse(newId()),
    runId,
    turn: 1,
    agent: 'Runbook',
    title: 'Run a command',
    subject: {
      kind: 'command',
      command,
      effects: [{ text: command, summary: 'Deletes build.', risk: 'deletes', danger: true }],
    },
    reason: 'This run asks before commands that change files.',
    options: [],
    digest: 'a'.repeat(64),
    askedAt: Date.now(),
  }
}

export async function claim(runner: ScriptedRunner, runId: RunId): Promise<void> {
  const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
  runner.send({ type: 'claimed', runId, turn: assignment.turn })
  runner.emit(
    runId,
    { type: 'state', event: 'claim', turn: assignment.turn },
    { type: 'state', event: 'start', turn: assignment.turn },
  )
}
