import { For, Show } from 'solid-js'
import { Snapshot } from '#shared/domain/snapshot.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../../state/query.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { PathText } from '../../../ui/text/visible.tsx'
import { snapshotWords as words } from '../../../words/snapshots.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import styles from './snapshot-dialog.module.css'

/** What is saved of a run's workspace, what is not and why, and how to go on with it on a machine of one's own. */
export function SnapshotDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly source: TranscriptModel['source']
}) {
  const scene = useScene()
  const saved = useQuery(() => (tx) => getRow(tx, keys.snapshot, Snapshot), {
    source: () => props.source,
    key: 'path',
  })
  const command = () => words.command(scene.runId)
  const rest = (known: Snapshot) => known.changed - known.shown.length
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={words.dialog} description={words.dialogText}>
      <div class={styles.parts}>
        <section class={styles.part}>
          <h3 class={styles.title}>{words.continueTitle}</h3>
          <p>{words.continueText}</p>
          <div class={styles.command}>
            <code>{command()}</code>
            <CopyButton look="words" label={words.copyCommand} text={command()} />
          </div>
          <p class={styles.note}>{words.signIn}</p>
        </section>
        <Show when={saved.value}>
          {(known) => (
            <>
              <section class={styles.part}>
                <h3 class={styles.title}>{words.files(known().changed)}</h3>
                <ul class={styles.list}>
                  <For each={known().shown}>
                    {(file) => (
                      <li>
                        <PathText path={file.path} />
                        <span class={styles.end}>{words.status[file.status]}</span>
                      </li>
                    )}
                  </For>
                  <Show when={rest(known()) > 0}>
                    <li>{words.more(rest(known()))}</li>
                  </Show>
                </ul>
                <Show when={known().changed > 0}>
                  <a class={styles.link} href={`/api/v1/runs/${scene.runId}/snapshot.patch`} download="">
                    {words.download}
                  </a>
                </Show>
              </section>
              <Show when={known().left.length > 0}>
                <section class={styles.part}>
                  <h3 class={styles.title}>{words.leftOut(known().left.length + (known().moreLeft ?? 0))}</h3>
                  <ul class={styles.list}>
                    <For each={known().left}>
                      {(one) => (
                        <li>
                          <PathText path={one.path} />
                          <span class={styles.end}>{words.why[one.why]}</span>
                        </li>
                      )}
                    </For>
                    <Show when={known().moreLeft}>{(more) => <li>{words.more(more())}</li>}</Show>
                  </ul>
                </section>
              </Show>
            </>
          )}
        </Show>
      </div>
    </Dialog>
  )
}
