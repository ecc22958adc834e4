import { createEffect, createSignal } from 'solid-js'
import { stopWords } from '../words/runs.ts'
import { uiWords } from '../words/ui.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import styles from './stop-dialog.module.css'

/** Asks before a run is stopped. It stays open with the answer of `onStop` where that is a problem. */
export function StopDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onStop: () => Promise<string | undefined>
  /** Takes the focus where the button that opened this is gone with what it did. */
  readonly onFocusLost: () => void
}) {
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  createEffect(() => props.open && setProblem(undefined))
  const handleStop = async (): Promise<void> => {
    if (busy()) return
    setBusy(true)
    const said = await props.onStop()
    setBusy(false)
    setProblem(said)
    if (said === undefined) props.onOpenChange(false)
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      onFocusLost={() => props.onFocusLost()}
      title={stopWords.title}
      description={
        <>
          {stopWords.text}
          <Problem text={problem()} class={styles.problem} />
        </>
      }
      footer={
        <>
          <Button size="lg" onClick={() => props.onOpenChange(false)}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" aria-busy={busy()} onClick={() => void handleStop()}>
            {stopWords.stop}
          </Button>
        </>
      }
    />
  )
}
