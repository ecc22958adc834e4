import { RotateCcw } from 'lucide'
import { For, Show, createMemo, untrack } from 'solid-js'
import { EnvironmentRevision, type Environment } from '#shared/domain/environment.ts'
import { keys } from '#sync/core/keys.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { createRows } from '../../state/rows.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { Time } from '../../ui/time.tsx'
import { showToast } from '../../ui/toast.tsx'
import { environmentWords } from '../../words/environments.ts'
import { Section } from './environment-fields.tsx'
import styles from './environments.module.css'

/** What was changed, by whom and when; each state can be looked at and brought back. */
export function HistorySection(props: {
  readonly of: Environment
  readonly mayEdit: boolean
  readonly onRestored: () => void
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const id = untrack(() => props.of.id)
  const rows = createRows(workspace, keys.environmentRevisionsOf(id), EnvironmentRevision)
  const newestFirst = createMemo(() => rows.all().toReversed())
  const restore = async (revision: number): Promise<void> => {
    try {
      await workspace.mutate.restoreEnvironment({ environmentId: id, revision })
      props.onRestored()
    } catch (error) {
      showToast({ text: refusalText(error) })
    }
  }
  const what = (row: EnvironmentRevision): string => {
    if (row.restored !== undefined) return environmentWords.restored(row.restored)
    return row.revision === 1 ? environmentWords.made : environmentWords.changedFields(row.changed)
  }
  return (
    <Section title={environmentWords.section.history} text={environmentWords.section.historyText}>
      <ol class={styles.rows}>
        <For each={newestFirst()}>
          {(row) => (
            <li class={styles.row}>
              <div>
                <p>{what(row)}</p>
                <p class={styles.why}>
                  {environmentWords.revision(row.revision)} ·{' '}
                  {data.members.get(keys.member(row.by))?.name ?? environmentWords.somebody} ·{' '}
                  <Time at={row.at} form="when" />
                </p>
                <details>
                  <summary class={styles.summary}>{environmentWords.show}</summary>
                  <pre class={styles.output} tabindex="0" aria-label={environmentWords.revision(row.revision)}>
                    {JSON.stringify(row.spec, undefined, 2)}
                  </pre>
                </details>
              </div>
              <Show when={props.mayEdit && row.revision !== props.of.revision}>
                <Button icon={RotateCcw} onClick={() => void restore(row.revision)}>
                  {environmentWords.restore}
                </Button>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </Section>
  )
}
