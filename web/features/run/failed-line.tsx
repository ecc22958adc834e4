import { RotateCcw } from 'lucide'
import { Show, createMemo, createSignal } from 'solid-js'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { displayState } from '#shared/domain/run.ts'
import { useIds } from '../../state/platform.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { failureWords } from '../../words/failures.ts'
import { runWords } from '../../words/run.ts'
import type { Blobs } from '../../state/blobs.ts'
import styles from './permission/asks-region.module.css'
import { useScene } from './scene.ts'
import { refusalText } from '../../state/refusal-text.ts'
import type { TranscriptModel } from './transcript/transcript-model.ts'

/** Why the run failed and what to do, whole, where the head has room for its beginning only; and the same request again. */
export function FailedLine(props: { readonly model: TranscriptModel }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const reason = createMemo(() => (displayState(scene.run()) === 'failed' ? scene.run().reason : undefined))

  const retry = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      const text = await lastRequest(props.model, scene.blobs).catch(() => undefined)
      if (text === undefined) {
        setProblem(runWords.failed.noPrompt)
        return
      }
      await workspace.mutate.sendPrompt({
        runId: scene.runId,
        promptId: ids.promptId(),
        deliveryId: ids.deliveryId(),
        text,
        mode: 'queue',
      })
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Show when={reason()}>
      {(why) => (
        <div class={styles.region}>
          <div class={styles.line}>
            <StatusGlyph state="failed" size="sm" decorative />
            <span class={styles.words}>{failureWords(why())}</span>
            <Show when={why().retryable === true && scene.canSteer()}>
              <Button size="sm" icon={RotateCcw} disabled={busy()} onClick={() => void retry()}>
                {runWords.failed.retry}
              </Button>
            </Show>
            <Show when={problem()}>{(text) => <span role="alert">{text()}</span>}</Show>
          </div>
        </div>
      )}
    </Show>
  )
}

/** What a person asked for last, whole; `undefined` when it can't be had. Throws when its blob can't be read. */
async function lastRequest(model: TranscriptModel, blobs: Blobs): Promise<string | undefined> {
  for (;;) {
    const body = model.view()?.entries.findLast((entry) => entry.body.kind === 'user')?.body
    if (body?.kind === 'user')
      return wholeText(body.text) ?? (body.text.blob === undefined ? undefined : await blobs.text(body.text.blob))
    if (!(await model.loadOlder())) return undefined
  }
}
