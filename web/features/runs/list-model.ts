import { displayState, type DisplayState, type Run } from '#shared/domain/run.ts'
import type { UserId } from '#shared/ids.ts'
import type { RunFilter } from '../../state/runs-search.ts'
import { runsWords } from '../../words/runs.ts'
import { dayWords, startOfDay } from '../../words/time.ts'

/** What stands in the list: a heading, or a run named by its id. */
export type ListEntry =
  | { readonly type: 'group'; readonly key: string; readonly label: string; readonly count: number | undefined }
  | { readonly type: 'run'; readonly key: string; readonly run: Run }

export type Counts = Readonly<Record<RunFilter, number>>

export function runsUnder(runs: readonly Run[], filter: RunFilter, me: UserId): readonly Run[] {
  return filter === 'all' ? runs : runs.filter((run) => isUnder(run, filter, me))
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

/** In the order of attention: what needs a person, newest first; work before what waits; the rest by their end. */
export function inOrder(runs: readonly Run[]): readonly Run[] {
  const [needs, active, ended]: [Run[], Run[], Run[]] = [[], [], []]
  for (const run of runs) {
    const state = displayState(run)
    if (state === 'needs') needs.push(run)
    else if (isAtWork(state)) active.push(run)
    else ended.push(run)
  }
  needs.sort((a, b) => b.stateAt - a.stateAt)
  active.sort((a, b) => weight(a) - weight(b) || b.createdAt - a.createdAt)
  ended.sort((a, b) => endOf(b) - endOf(a))
  return [...needs, ...active, ...ended]
}

/**
 * Runs that are `inOrder` under their headings: Needs you, Active, then the days on which they ended. `today` is any moment of this
 * device's current day (ms).
 */
export function listEntries(ordered: readonly Run[], today: number): readonly ListEntry[] {
  const entries: ListEntry[] = []
  const counted = { needs: 0, active: 0 }
  let heading: string | undefined
  let day = Number.POSITIVE_INFINITY
  for (const run of ordered) {
    const state = displayState(run)
    const group = state === 'needs' ? 'needs' : isAtWork(state) ? 'active' : undefined
    // Days only go down, so a date is worked out once for each of them.
    if (group === undefined && endOf(run) < day) day = startOfDay(endOf(run))
    const key = `group/${group ?? day}`
    if (group !== undefined) counted[group]++
    if (key !== heading) entries.push({ type: 'group', key, label: labelOf(group, day, today), count: undefined })
    heading = key
    entries.push({ type: 'run', key: run.id, run })
  }
  return entries.map((entry) =>
    entry.key === 'group/needs' || entry.key === 'group/active'
      ? { ...entry, count: entry.key === 'group/needs' ? counted.needs : counted.active }
      : entry,
  )
}

function labelOf(group: 'needs' | 'active' | undefined, day: number, today: number): string {
  if (group !== undefined) return runsWords.group[group]
  return day === startOfDay(today) ? runsWords.group.today : dayWords(day, today)
}

/** When a run ended, for the list: a run whose end is not told counts from its last change. */
export function endOf(run: Run): number {
  return run.endedAt ?? run.stateAt
}

function isAtWork(state: DisplayState): boolean {
  return state === 'working' || state === 'queued'
}

function weight(run: Run): number {
  return displayState(run) === 'working' ? 0 : 1
}
