import {
  hasEnded,
  nextState,
  type Run,
  type RunEventName,
  type RunReason,
  type RunState,
  type Task,
} from '#shared/domain/run.ts'
import { summaryOf } from '#shared/domain/snapshot.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'

/** Pure: what an event makes of the synced row of a run. */

export type Moved = { readonly run: Run; readonly from: RunState; readonly to: RunState }

/** `undefined` when the picture of states does not have this move: a repeat, or news of a turn that is over. */
export function moveRun(run: Run, event: RunEventName, at: number, reason?: RunReason): Moved | undefined {
  const next = nextState(run.state, event)
  if (!next.ok) return undefined
  const { reason: _reason, startedAt, endedAt: _endedAt, ...rest } = run
  const moved: Run = {
    ...rest,
    state: next.value,
    stateAt: at,
    updatedAt: at,
    ...(reason === undefined ? {} : { reason }),
    ...timeOfTurn(event, startedAt, at),
    ...timeUsed(run, at),
    ...(hasEnded(next.value) ? { endedAt: at } : {}),
  }
  return { run: hasEnded(next.value) ? settled(moved) : moved, from: run.state, to: next.value }
}

/** The times are those of a turn: the hours between two of them are nobody's work. */
function timeOfTurn(event: RunEventName, startedAt: number | undefined, at: number): Pick<Run, 'startedAt'> {
  if (event === 'start') return { startedAt: at }
  return startedAt === undefined || event === 'continue' ? {} : { startedAt }
}

/** Whole milliseconds that it worked, or waited for a person, since its last move. */
function timeUsed({ state, stateAt, usage }: Run, at: number): Pick<Run, 'usage'> {
  const ms = Math.max(0, Math.round(at - stateAt))
  if (state === 'CLAIMED' || state === 'INPROGRESS') return { usage: { ...usage, workMs: (usage?.workMs ?? 0) + ms } }
  if (state === 'BLOCKED') return { usage: { ...usage, blockedMs: (usage?.blockedMs ?? 0) + ms } }
  return {}
}

/** An ended run asks nothing, and a stop that was wanted is done. */
function settled(run: Run): Run {
  const { asks: _asks, activity: _activity, ...rest } = run
  return rest.stop === undefined || rest.stop.state === 'done'
    ? rest
    : { ...rest, stop: { ...rest.stop, state: 'done' } }
}

/** The events that only touch fields of the row; what was used is counted apart. */
export function noteRun(run: Run, body: RunEventBody, at: number): Run {
  switch (body.type) {
    case 'tasks':
      return { ...run, tasks: taskSummary(body.tasks), updatedAt: at }
    case 'files':
      if (body.turn !== undefined) return run
      return {
        ...run,
        files: {
          changed: body.files.length + (body.more ?? 0),
          added: body.files.reduce((sum, file) => sum + file.added, 0),
          removed: body.files.reduce((sum, file) => sum + file.removed, 0),
        },
        updatedAt: at,
      }
    case 'facts':
      return {
        ...run,
        ...(body.branch === undefined ? {} : { branch: body.branch }),
        ...(body.title === undefined ? {} : { title: body.title }),
        updatedAt: at,
      }
    case 'snapshot':
      return { ...run, snapshot: summaryOf(body.snapshot) }
    case 'artifact': {
      const { kind, title, url, pull } = body.artifact
      const isPage = url !== undefined && /^https?:\/\//.test(url)
      return kind !== 'pull_request' || !isPage
        ? run
        : { ...run, pullRequest: { title, url, ...(pull === undefined ? {} : { state: pull.state }) }, updatedAt: at }
    }
    case 'activity':
      return hasEnded(run.state) ? run : { ...run, activity: body.text, updatedAt: at }
    default:
      return run
  }
}

function taskSummary(tasks: readonly Task[]): NonNullable<Run['tasks']> {
  const current = tasks.find((task) => task.status === 'in_progress' || task.status === 'waiting')
  const done = tasks.filter((task) => task.status === 'completed').length
  return { done, total: tasks.length, ...(current === undefined ? {} : { current: current.text.slice(0, 200) }) }
}
