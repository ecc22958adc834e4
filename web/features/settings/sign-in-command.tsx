import { Match, Switch, createResource } from 'solid-js'
import { z } from 'zod'
import { request } from '../../state/account-api.ts'
import { useNow } from '../../state/clock.ts'
import { usePlatform } from '../../state/platform.ts'
import { ok } from '#shared/result.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { commandWords } from '../../words/command.ts'
import { deviceWords, settingsWords } from '../../words/settings.ts'
import { Problem } from './section.tsx'
import styles from './settings.module.css'

const Code = z.object({ url: z.string(), endsInMs: z.number() })

/** Shows the command that signs the `drover` command in as this person, once. */
export function SignInCommand(props: { readonly onClose: () => void }) {
  const now = useNow()
  const platform = usePlatform()
  const [answer, { refetch }] = createResource(async () => {
    const made = await request(Code, 'POST', '/pairing', {})
    // By this device's clock, which may differ from the server's.
    return made.ok ? ok({ url: made.value.url, endsAt: platform.now() + made.value.endsInMs }) : made
  })
  const code = () => {
    const known = answer()
    return known?.ok ? known.value : undefined
  }
  const problem = () => {
    const known = answer()
    return known && !known.ok ? known.error.error : undefined
  }
  const secondsLeft = () => Math.max(0, Math.ceil(((code()?.endsAt ?? 0) - now()) / 1000))
  return (
    <Dialog open onOpenChange={() => props.onClose()} title={commandWords.title}>
      <div class={styles.pairing} aria-live="polite">
        <Switch fallback={<SkeletonRows rows={2} waitsFor={settingsWords.loading} />}>
          <Match when={problem()}>
            <Problem text={problem()} />
            <Button size="lg" onClick={() => void refetch()}>
              {settingsWords.tryAgain}
            </Button>
          </Match>
          <Match when={code() !== undefined && secondsLeft() === 0}>
            <p>{commandWords.ended}</p>
            <Button size="lg" tone="ink" onClick={() => void refetch()}>
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
