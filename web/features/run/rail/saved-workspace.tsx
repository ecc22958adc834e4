import { Show, createSignal } from 'solid-js'
import { Runner } from '#shared/domain/team.ts'
import { hasEnded } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { useQuery } from '../../../state/query.ts'
import { Button } from '../../../ui/button.tsx'
import { createPart } from '../../../ui/part.ts'
import { RailSection } from '../../../ui/rail/rail.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { snapshotWords as words } from '../../../words/snapshots.ts'
import { uiWords } from '../../../words/ui.ts'
import { useScene } from '../scene.ts'
import styles from './saved-workspace.module.css'

const dialog = createPart(() => import('../snapshot/snapshot-dialog.tsx'))

/** Whether the workspace is saved, where a follow-up would go on, and the way to what is in it. */
export function SavedWorkspace(props: { readonly source: TranscriptModel['source'] }) {
  const scene = useScene()
  const [open, setOpen] = createSignal(false)
  const run = scene.run
  const runner = useQuery(() => {
    const id = run().runnerId
    return (tx) => (id === undefined ? Promise.resolve(undefined) : getRow(tx, keys.runner(id), Runner))
  })
  const show = async (): Promise<void> => {
    try {
      await dialog.want()
      setOpen(true)
    } catch {
      showToast({ text: uiWords.notLoaded })
    }
  }
  const host = () => run().hostName ?? ''
  return (
    <Show
      when={run().snapshot}
      fallback={
        <Show when={run().config.noSnapshot}>
          <RailSection title={words.title} end={words.off}>
            <div class={styles.part}>
              <p>{words.offText}</p>
            </div>
          </RailSection>
        </Show>
      }
    >
      {(snapshot) => (
        <RailSection title={words.title} end={words.saved(snapshot())}>
          <div class={styles.part}>
            <Show when={snapshot().turn !== run().turn}>
              <p>{words.older(snapshot().turn)}</p>
            </Show>
            <Show when={hasEnded(run().state) && host() !== ''}>
              <p>{runner.value?.connected === true ? words.same(host()) : words.away(host())}</p>
            </Show>
            <Show when={snapshot().left > 0}>
              <p>{words.leftOut(snapshot().left)}</p>
            </Show>
            <Button onClick={() => void show()}>{words.open}</Button>
          </div>
          <Show when={dialog.here()}>
            {(loaded) => {
              const { SnapshotDialog } = loaded()
              return <SnapshotDialog open={open()} onOpenChange={setOpen} source={props.source} />
            }}
          </Show>
        </RailSection>
      )}
    </Show>
  )
}
