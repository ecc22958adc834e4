import { Show } from 'solid-js'
import { displayState, type Run } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { useTeamData } from '../../state/team-data.ts'
import type { HeldOrder } from '../../ui/held-order.ts'
import { RowGrid, type Mover } from '../../ui/row-grid.tsx'
import { runsWords } from '../../words/runs.ts'
import type { ListEntry } from './list-model.ts'
import { PhoneRunRow, RunRow } from './run-row.tsx'

/** The runs as rows under their headings. */
export function RunsGrid(props: {
  readonly entries: readonly ListEntry[]
  /** Filter and search. */
  readonly basis: string
  readonly handlers: HeldOrder<ListEntry>['handlers']
  readonly phone: boolean
  readonly cursor: RunId | undefined
  readonly selected: RunId | undefined
  readonly localRuns: ReadonlySet<string>
  readonly onCursor: (runId: RunId) => void
  readonly onPick: (runId: RunId) => void
  readonly onOpen: (runId: RunId) => void
  readonly onMover: (mover: Mover) => void
}) {
  const place = useTeamData().runsPlace
  const withRun = (act: (runId: RunId) => void) => (entry: ListEntry) => {
    if (entry.type === 'run') act(entry.run.id)
  }
  return (
    <RowGrid
      label={runsWords.list}
      entries={props.entries}
      heading={(entry) => (entry.type === 'group' ? entry : undefined)}
      basis={props.basis}
      place={place}
      handlers={props.handlers}
      phone={props.phone}
      cursor={props.cursor}
      selected={{ key: props.selected }}
      estimate={(entry) => estimate(entry, props.phone)}
      onCursor={withRun((runId) => props.onCursor(runId))}
      onPick={withRun((runId) => props.onPick(runId))}
      onOpen={withRun((runId) => props.onOpen(runId))}
      onMover={props.onMover}
    >
      {(entry) => (
        <Show when={runOf(entry())}>
          {(run) => (
            <Show
              when={props.phone}
              fallback={
                <RunRow run={run()} local={props.localRuns.has(run().id)} onPick={() => props.onPick(run().id)} />
              }
            >
              <PhoneRunRow run={run()} local={props.localRuns.has(run().id)} onPick={() => props.onPick(run().id)} />
            </Show>
          )}
        </Show>
      )}
    </RowGrid>
  )
}

function runOf(entry: ListEntry): Run | undefined {
  return entry.type === 'run' ? entry.run : undefined
}

function estimate(entry: ListEntry, phone: boolean): number {
  const asks = entry.type === 'run' && displayState(entry.run) === 'needs'
  if (phone) return asks ? 148 : 69
  return asks ? 66 : 36
}
