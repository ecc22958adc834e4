import { Link } from '@tanstack/solid-router'
import { Pin } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import { keys } from '#sync/core/keys.ts'
import { useKept } from '../../state/kept.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { thisDeviceWords } from '../../words/settings.ts'
import styles from './settings.module.css'

/** The transcripts on this device: how many, which ones stay, and the room that the others take. */
export function KeptRuns() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const kept = useKept()
  const [made, setMade] = createSignal<number>()
  const pinned = createMemo(() =>
    [...kept()].filter(([, run]) => run.pinned).sort(([, a], [, b]) => b.openedAt - a.openedAt),
  )
  const others = () => kept().size - pinned().length
  const titleOf = (runId: Parameters<typeof keys.run>[0]): string =>
    data.runs.get(keys.run(runId))?.title ?? thisDeviceWords.unknownRun
  return (
    <>
      <p class={styles.note}>{thisDeviceWords.transcripts(kept().size, pinned().length)}</p>
      <Show when={pinned().length > 0}>
        <ul class={styles.rows} aria-label={thisDeviceWords.pinnedRuns}>
          <For each={pinned().map(([runId]) => runId)}>
            {(runId) => (
              <li class={styles.row}>
                <Icon of={Pin} />
                <div class={styles.rowMain}>
                  <Link to="/runs/$runId" params={{ runId }} class={styles.rowTitle} title={titleOf(runId)}>
                    {titleOf(runId)}
                  </Link>
                  <Show when={kept().get(runId)?.whole === false}>
                    <span class={styles.rowMeta}>{thisDeviceWords.coming}</span>
                  </Show>
                </div>
                <div class={styles.rowActions}>
                  <Button
                    aria-label={thisDeviceWords.unpinLabel(titleOf(runId))}
                    onClick={() => void workspace.pinRun(runId, false)}
                  >
                    {thisDeviceWords.unpin}
                  </Button>
                </div>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={others() > 0}>
        <div class={styles.actions}>
          <Button size="lg" onClick={() => void workspace.makeRoom().then(setMade)}>
            {pinned().length === 0 ? thisDeviceWords.makeRoomAll : thisDeviceWords.makeRoom}
          </Button>
        </div>
      </Show>
      <p class={styles.note} role="status">
        <Show when={made() !== undefined}>{thisDeviceWords.madeRoom(made() ?? 0)}</Show>
      </p>
    </>
  )
}
