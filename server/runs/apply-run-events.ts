import { withAsk } from '#shared/domain/ask.ts'
import { Permission, type ProfileRuling } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import type { ModelPrice } from '#shared/domain/model-prices.ts'
import { Run, hasEnded } from '#shared/domain/run.ts'
import { turnFilesKept, type RunFiles } from '#shared/domain/transcript.ts'
import { TeamPrices } from '#shared/domain/team-prices.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import type { RunEvent } from '#shared/protocol/run-event.ts'
import { noteTest } from '#sync/core/environment-test.ts'
import type { EnvironmentPaths, PathsRow } from '#shared/domain/workspace-paths.ts'
import { keys } from '#sync/core/keys.ts'
import { dispatchOf } from '#sync/core/mutators/next-turn.ts'
import { settleRequest } from '#sync/core/notifications.ts'
import { getRow, putRow, scanRows, type WriteTransaction } from '#sync/core/transaction.ts'
import type { ServerTransaction } from '#sync/server/transact.ts'
import { noteUsage, usageOfMoves } from '../costs/note-usage.ts'
import { tellEnd, tellRequest } from './notify.ts'
import { moveRun, noteRun } from './run-changes.ts'

export type RunSpaces = {
  readonly runId: RunId
  readonly teamId: TeamId
  /** Rows of the run's own space. */
  readonly rows: WriteTransaction
  /** Rows of the team's space; absent when nothing in the batch touches them. */
  readonly team: WriteTransaction | undefined
}

const runOnly = new Set<RunEvent['body']['type']>(['entry', 'delta', 'session', 'terminal'])

export function needsTeamRows(events: readonly RunEvent[]): boolean {
  return events.some((event) => !runOnly.has(event.body.type))
}

/** Writes what the events say, besides the entries: rows of the run's space, and the run's row with all that hangs on it. */
export async function applyRunEvents(
  tx: ServerTransaction,
  spaces: RunSpaces,
  events: readonly RunEvent[],
): Promise<void> {
  for (const { body, at } of events) {
    switch (body.type) {
      case 'tasks':
        await putRow(spaces.rows, keys.tasks, { at, tasks: body.tasks })
        break
      case 'files':
        await putFiles(spaces.rows, body, at)
        break
      case 'paths':
        await putRow(spaces.rows, keys.paths, { ...body.paths, at } satisfies PathsRow)
        break
      case 'session':
        await putRow(spaces.rows, keys.session, body.session)
        break
      case 'artifact':
        await putRow(spaces.rows, keys.artifact(body.artifact.id), body.artifact)
        break
      case 'terminal':
        await putRow(spaces.rows, keys.terminal(body.terminal.id), body.terminal)
        break
      case 'snapshot':
        await putRow(spaces.rows, keys.snapshot, body.snapshot)
        break
      case 'artifact_removed':
        await spaces.rows.del(keys.artifact(body.artifactId))
        break
      default:
        break
    }
  }
  if (spaces.team !== undefined) await applyToTeam(tx, spaces, spaces.team, events)
}

type Files = Extract<RunEvent['body'], { type: 'files' }>

/** Turns have a row each, the newest of them: whoever follows a run keeps them all. */
async function putFiles(rows: WriteTransaction, { base, turn, files, more }: Files, at: number): Promise<void> {
  if (turn === undefined) return putRow(rows, keys.files, { at, base, files, more } satisfies RunFiles)
  await putRow(rows, keys.turnFiles(turn), { at, turn, files, more } satisfies RunFiles)
  if (turn > turnFilesKept) await rows.del(keys.turnFiles(turn - turnFilesKept))
}

async function applyToTeam(
  tx: ServerTransaction,
  spaces: RunSpaces,
  team: WriteTransaction,
  events: readonly RunEvent[],
): Promise<void> {
  const { runId } = spaces
  const found = await getRow(team, keys.run(runId), Run)
  if (found === undefined) return
  let run = found
  const prices = events.some(({ body }) => body.type === 'usage') ? await pricesOf(team) : []
  for (const { body, at } of events) {
    switch (body.type) {
      case 'usage': {
        const noted = noteUsage(run, body, { at, now: tx.now, prices })
        run = noted.run
        for (const effect of noted.effects) tx.effect(effect)
        break
      }
      case 'state': {
        if (body.turn !== run.turn) break
        const moved = moveRun(run, body.event, at, body.reason)
        if (moved === undefined) break
        const lastLine = run.activity
        const turns = body.event === 'claim' ? 1 : 0
        for (const effect of usageOfMoves(run, moved.run, { at, now: tx.now, turns })) tx.effect(effect)
        run = moved.run
        tx.effect({ type: 'transition', runId, event: body.event, from: moved.from, to: moved.to, reason: body.reason })
        if (body.event === 'claim') await forgetOldQuestions(team, run)
        if (hasEnded(run.state)) run = await endTurn(tx, spaces, team, run, lastLine)
        break
      }
      case 'permission':
        if (hasEnded(run.state)) break
        await putRow(team, keys.permission(runId, body.request.id), {
          request: body.request,
          state: 'open',
        } satisfies Permission)
        await tellRequest(tx, team, run, body.request)
        break
      case 'permission_lapsed': {
        const key = keys.permission(runId, body.permissionId)
        const permission = await getRow(team, key, Permission)
        if (permission?.state === 'open') await lapse(tx, team, run, permission, body.ruled)
        break
      }
      case 'paths': {
        const { environmentId } = run.config
        if (environmentId === undefined || (await team.get(keys.environment(environmentId))) === undefined) break
        const row: EnvironmentPaths = { ...body.paths, at, environmentId }
        await putRow(team, keys.environmentPaths(environmentId), row)
        break
      }
      case 'prompt_taken':
        await team.del(keys.prompt(runId, body.promptId))
        break
      default:
        run = noteRun(run, body, at)
    }
  }
  if (events.some(({ body }) => body.type === 'artifact' || body.type === 'artifact_removed'))
    run = { ...run, artifacts: (await spaces.rows.scan(keys.artifacts)).length }
  if (
    events.some(({ body }) => body.type === 'state' || body.type === 'permission' || body.type === 'permission_lapsed')
  )
    run = withAsk(run, await openQuestions(team, runId))
  // Also at the end: what was missed on the way, such as by a process that died, is made up for.
  if (run.plan !== undefined && (events.some(({ body }) => body.type === 'tasks') || hasEnded(run.state)))
    tx.effect({ type: 'plan_progress', teamId: run.teamId, runId })
  await putRow(team, keys.run(runId), run)
}

/**
 * The end of a turn: what was still asked lapses, the job is over, and after a success the oldest message of the queue
 * starts the next turn. After anything else the queue waits for a person.
 */
export async function endTurn(
  tx: ServerTransaction,
  { runId }: Pick<RunSpaces, 'runId'>,
  team: WriteTransaction,
  run: Run,
  /** Of the work, while it went on. */
  lastLine: string | undefined,
): Promise<Run> {
  for (const permission of await scanRows(team, keys.permissionsOf(runId), Permission))
    if (permission.state === 'open') await lapse(tx, team, run, permission)
  tx.job({ run: runId, turn: run.turn, phase: 'ended' })
  await noteTest(team, run, tx.now)
  const next = run.state === 'SUCCEEDED' ? await nextPrompt(team, runId) : undefined
  const moved = next === undefined ? undefined : moveRun(run, 'continue', tx.now)
  if (next === undefined || moved === undefined) {
    await tellEnd(tx, team, run, lastLine)
    return run
  }
  const { stop: _stop, ...rest } = moved.run
  const going: Run = { ...rest, turn: run.turn + 1 }
  tx.effect({ type: 'transition', runId, event: 'continue', from: moved.from, to: moved.to })
  tx.effect(dispatchOf(going, next))
  return going
}

async function pricesOf(team: WriteTransaction): Promise<readonly ModelPrice[]> {
  return (await getRow(team, keys.prices, TeamPrices))?.prices ?? []
}

async function nextPrompt(team: WriteTransaction, runId: RunId): Promise<Prompt | undefined> {
  const [next] = (await scanRows(team, keys.promptsOf(runId), Prompt))
    .filter((prompt) => prompt.state !== 'refused')
    .sort((a, b) => Number(b.mode === 'interrupt') - Number(a.mode === 'interrupt') || a.order - b.order)
  return next
}

/** Nobody can answer it any more. */
async function lapse(
  tx: ServerTransaction,
  team: WriteTransaction,
  run: Run,
  permission: Permission,
  ruled?: ProfileRuling,
): Promise<void> {
  const { id } = permission.request
  const { now } = tx
  const answered = ruled === undefined ? {} : { ruled, answeredAt: now }
  await putRow(team, keys.permission(run.id, id), { ...permission, state: 'lapsed', ...answered } satisfies Permission)
  await settleRequest(team, run, id, { kind: 'lapsed', at: now, ...(ruled === undefined ? {} : { ruled }) })
}

async function openQuestions(team: WriteTransaction, runId: RunId): Promise<Permission[]> {
  return (await scanRows(team, keys.permissionsOf(runId), Permission)).filter(
    (permission) => permission.state === 'open',
  )
}

/** The transcript keeps what was asked and answered; the rows are only for the turn that runs. */
async function forgetOldQuestions(team: WriteTransaction, run: Run): Promise<void> {
  for (const permission of await scanRows(team, keys.permissionsOf(run.id), Permission))
    if (permission.request.turn < run.turn) await team.del(keys.permission(run.id, permission.request.id))
}
