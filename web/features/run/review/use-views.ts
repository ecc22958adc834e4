import { createMemo, createSignal, type Accessor } from 'solid-js'
import { RunFiles, type FileChange } from '#shared/domain/transcript.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { useQuery } from '../../../state/query.ts'
import type { Choice } from '../../../ui/select.tsx'
import { reviewWords } from '../../../words/review.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { filesInOrder } from './file-tree.ts'
import type { SeenFiles } from './use-seen-files.ts'

/** What of the changes is shown: of the whole run, since this person looked, or of one turn. */
export type Views = {
  readonly loaded: Accessor<boolean>
  readonly choices: Accessor<readonly Choice[]>
  readonly chosen: Accessor<string>
  readonly choose: (view: string) => void
  readonly files: Accessor<readonly FileChange[]>
  /** Of the whole run, whatever is shown. */
  readonly whole: Accessor<readonly FileChange[]>
  readonly more: Accessor<number | undefined>
  /** With what the content of a file is compared instead. */
  readonly since: (file: FileChange) => string | undefined
}

export function useViews(model: TranscriptModel, seen: SeenFiles): Views {
  const source = () => model.source
  const whole = useQuery(() => (tx) => getRow(tx, keys.files, RunFiles), { source, key: 'path' })
  const turns = useQuery(() => (tx) => scanRows(tx, keys.turnsFiles, RunFiles), { source, key: null })
  const [view, setView] = createSignal('run')
  const known = createMemo(() => (turns.value ?? []).filter(({ turn }) => turn !== undefined))
  const ofTurn = () => known().find(({ turn }) => view() === `turn/${turn}`)
  const chosen = (): string => (view() === 'run' || view() === 'since' || ofTurn() !== undefined ? view() : 'run')
  return {
    loaded: () => whole.loaded,
    chosen,
    choose: (next) => setView(next),
    choices: createMemo(() => [
      { value: 'run', label: reviewWords.views.run },
      { value: 'since', label: reviewWords.views.since },
      ...known()
        .toReversed()
        .map(({ turn = 1 }) => ({ value: `turn/${turn}`, label: reviewWords.views.turn(turn) })),
    ]),
    files: createMemo(() => {
      const all = ofTurn()?.files ?? whole.value?.files ?? []
      return filesInOrder(chosen() === 'since' ? all.filter((file) => seen.isNewer(file)) : all)
    }),
    whole: () => whole.value?.files ?? [],
    more: () => (ofTurn() ?? whole.value)?.more,
    since: (file) => (chosen() === 'since' ? seen.before(file.path)?.blob : undefined),
  }
}
