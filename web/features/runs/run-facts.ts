import { displayState, type Run } from '#shared/domain/run.ts'
import type { Member } from '#shared/domain/team.ts'
import { failureWhat } from '../../words/failures.ts'
import { runsWords } from '../../words/runs.ts'
import { clockWords, shortSpanWords } from '../../words/time.ts'
import { endOf } from './list-model.ts'

/** What stands beside a title: why it failed (to be seen), or a note. */
export type RowNote = { readonly tone: 'why' | 'note'; readonly text: string }

export function rowNote(
  run: Run,
  stopper: Pick<Member, 'userId' | 'name'> | undefined,
  me: string,
): RowNote | undefined {
  const state = displayState(run)
  if (state === 'failed') return { tone: 'why', text: failureWhat(run.reason) }
  if (state === 'cancelled') {
    if (run.stop === undefined) return undefined
    const name = run.stop.by === me ? runsWords.you : stopper?.name.split(' ')[0]
    return name === undefined ? undefined : { tone: 'note', text: runsWords.stoppedBy(name) }
  }
  if (run.stop !== undefined && run.stop.state !== 'done') return { tone: 'note', text: runsWords.stopping }
  if (state === 'queued')
    return {
      tone: 'note',
      text: run.reason?.text ?? (run.state === 'PENDING' ? runsWords.assigned : runsWords.waitsForMachine),
    }
  if (run.state === 'CLAIMED') return { tone: 'note', text: runsWords.starting }
  return undefined
}

/** The time column: how long it waits or works, or the clock of its end. */
export function rowTime(run: Run, now: number): string {
  switch (displayState(run)) {
    case 'needs':
      return shortSpanWords(now - run.stateAt)
    case 'working':
      return shortSpanWords(now - (run.startedAt ?? run.stateAt))
    case 'queued':
      return runsWords.none
    default:
      return clockWords(endOf(run))
  }
}

/** Finished work loses weight. */
export function isQuiet(run: Run): boolean {
  const state = displayState(run)
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
