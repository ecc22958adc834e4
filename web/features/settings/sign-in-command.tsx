import { Match, Switch } from 'solid-js'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { commandWords } from '../../words/command.ts'
import { deviceWords, settingsWords } from '../../words/settings.ts'
import { createPairingCode } from './pairing-code.ts'
import { Problem } from './section.tsx'
import styles from './settings.module.css'

/** Shows the command that signs the `drover` command in as this person, once. */
export function SignInCommand(props: { readonly onClose: () => void }) {
  const { code, problem, secondsLeft, again } = createPairingCode()
  return (
    <Dialog open onOpenChange={() => props.onClose()} title={commandWords.title}>
      <div class={styles.pairing} aria-live="polite">
        <Switch fallback={<SkeletonRows rows={2} waitsFor={settingsWords.loading} />}>
          <Match when={problem()}>
            <Problem text={problem()} />
            <Button size="lg" onClick={again}>
              {settingsWords.tryAgain}
            </Button>
          </Match>
          <Match when={code() !== undefined && secondsLeft() === 0}>
            <p>{commandWords.ended}</p>
            <Button size="lg" tone="ink" onClick={again}>
              {deviceWords.newCode}
            </Button>
          </Match>
          <Match when={code()}>
            {(shown) => (
              <>
                <p>{commandWords.text}</p>
                <div class={styles.secret}>
                  <code class={styles.code}>{commandWords.command(shown().url)}</code>
                  <div class={styles.actions}>
                    <CopyButton look="words" label={commandWords.copy} text={commandWords.command(shown().url)} />
                  </div>
                </div>
                <p class={styles.note}>{commandWords.trust}</p>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Dialog>
  )
}
