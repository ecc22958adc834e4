import { Square } from 'lucide'
import { Match, Show, Switch, createSignal } from 'solid-js'
import { hasEnded } from '#shared/domain/run.ts'
import { concernsRun } from '#sync/client/workspace.ts'
import { useCommands } from '../../../state/commands.ts'
import { useStopRun } from '../../../state/stop-run.ts'
import { usePending } from '../../../state/sync-status.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { StopDialog } from '../../../ui/stop-dialog.tsx'
import { runWords } from '../../../words/run.ts'
import { stopWords } from '../../../words/runs.ts'
import { IntentMark } from '../permission/asks-region.tsx'
import { useScene } from '../scene.ts'
import styles from './run-header.module.css'

/** Stops the run once it has been asked whether to; then says how far the stop has come. */
export function StopButton(props: { readonly onFocusLost: () => void }) {
  const scene = useScene()
  const stopRun = useStopRun()
  const pending = usePending()
  const [asking, setAsking] = createSignal(false)
  const stop = () => scene.run().stop
  const canStop = () => scene.canSteer() && !hasEnded(scene.run().state)
  useCommands(() =>
    canStop() && stop() === undefined
      ? [{ id: 'run.stop', title: stopWords.label, icon: Square, act: () => setAsking(true) }]
      : [],
  )
  const isLocal = () => pending().some((mutation) => mutation.name === 'stopRun' && concernsRun(mutation, scene.runId))
  return (
    <>
      <Show when={canStop()}>
        <Switch
          fallback={
            <Show
              when={scene.phone()}
              fallback={
                <Button icon={Square} onClick={() => setAsking(true)}>
                  {stopWords.stop}
                </Button>
              }
            >
              <IconButton icon={Square} size="touch" label={stopWords.label} onClick={() => setAsking(true)} />
            </Show>
          }
        >
          <Match when={stop()}>
            {(asked) => (
              <span class={styles.stopping} role="status">
                <span>{runWords.stopping}</span>
                <IntentMark state={isLocal() ? 'local' : asked().state} />
              </span>
            )}
          </Match>
        </Switch>
      </Show>
      {/* A run that ends meanwhile takes nothing from under the finger: the dialog says so then. */}
      <StopDialog
        open={asking()}
        onOpenChange={setAsking}
        onStop={() => stopRun(scene.runId)}
        onFocusLost={() => props.onFocusLost()}
      />
    </>
  )
}
