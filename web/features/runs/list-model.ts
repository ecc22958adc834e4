import { displayState, type DisplayState, type Run } from '#shared/domain/run.ts'
import type { UserId } from '#shared/ids.ts'
import { holdsAll, runText, toWords } from '../../state/find.ts'
import type { RunFilter } from '../../state/runs-search.ts'
import { runsWords } from '../../words/runs.ts'
import { dayWords, startOfDay } from '../../words/time.ts'

/** What stands in the list: a heading, or a run named by its id. */
export type ListEntry =
  | { readonly type: 'group'; readonly key: string; readonly label: string; readonly count: number | undefined }
  | { readonly type: 'run'; readonly key: string; readonly run: Run }

export type Counts = Readonly<Record<RunFilter, number>>

/** Runs of `filter` whose title or prompt holds every word of `find`. */
export function findRuns(runs: readonly Run[], filter: RunFilter, find: string, me: UserId): readonly Run[] {
  const words = toWords(find)
  return runs.filter((run) => isUnder(run, filter, me) && holdsAll(runText(run), words))
}

export function countRuns(runs: readonly Run[], me: UserId): Counts {
  const counts = { all: runs.length, mine: 0, active: 0, needs: 0, failed: 0 }
  for (const run of runs) {
    if (isUnder(run, 'mine', me)) counts.mine++
    if (isUnder(run, 'active', me)) counts.active++
    if (isUnder(run, 'needs', me)) counts.needs++
    if (isUnder(run, 'failed', me)) counts.failed++
  }
  return counts
}

export function isUnder(run: Run, filter: RunFilter, me: UserId): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'mine':
      return run.createdBy === me
    case 'active':
      return isAtWork(displayState(run))
    case 'needs':
      return displayState(run) === 'needs'
    case 'failed':
      return displayState(run) === 'failed'
  }
}

/**
 * Groups in the order of attention: Needs you, Active, then the days on which runs ended. What asks newest first; work
 * before what waits; the rest by their end. `today` is any moment of this device's current day (ms).
 */
export function listEntries(runs: readonly Run[], today: number): readonly ListEntry[] {
  const needs: Run[] = []
  const active: Run[] = []
  const ended: Run[] = []
  for (const run of runs) {
    const state = displayState(run)
    if (state === 'needs') needs.push(run)
    else if (isAtWork(state)) active.push(run)
    else ended.push(run)
  }
  needs.sort((a, b) => b.stateAt - a.stateAt)
  active.sort((a, b) => weight(a) - weight(b) || b.createdAt - a.createdAt)
  ended.sort((a, b) => endOf(b) - endOf(a))

  const entries: ListEntry[] = []
  const add = (key: string, label: string, members: readonly Run[], count: number | undefined) => {
    if (members.length === 0) return
    entries.push({ type: 'group', key, label, count })
    for (const run of members) entries.push({ type: 'run', key: run.id, run })
  }
  add('group/needs', runsWords.group.needs, needs, needs.length)
  add('group/active', runsWords.group.active, active, active.length)
  for (const [day, members] of byDay(ended))
    add(`group/${day}`, day === startOfDay(today) ? runsWords.group.today : dayWords(day, today), members, undefined)
  return entries
}

/** When a run ended, for the list: a run whose end is not told counts from its last change. */
export function endOf(run: Run): number {
  return run.endedAt ?? run.stateAt
}

function byDay(runs: readonly Run[]): Map<number, Run[]> {
  const days = new Map<number, Run[]>()
  for (const run of runs) {
    const day = startOfDay(endOf(run))
    const members = days.get(day)
    if (members === undefined) days.set(day, [run])
    else members.push(run)
  }
  return days
}

function isAtWork(state: DisplayState): boolean {
  return state === 'working' || state === 'queued'
}

function weight(run: Run): number {
  return displayState(run) === 'working' ? 0 : 1
}
