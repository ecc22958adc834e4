import { Match, Show, Switch, createSignal, onCleanup } from 'solid-js'
import { z } from 'zod'
import { request } from '../../state/account-api.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { deviceWords, settingsWords } from '../../words/settings.ts'
import { createPairingCode } from './pairing-code.ts'
import { QrCode } from './qr-code.tsx'
import { Problem } from './section.tsx'
import styles from './settings.module.css'

const State = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open') }),
  z.object({ state: z.literal('expired') }),
  z.object({ state: z.literal('used'), device: z.string() }),
])
const ASK_MS = 2000

/** Shows a code that signs a phone in, counts down, and says who used it. */
export function PairPhone(props: { readonly onClose: () => void; readonly onPaired: () => void }) {
  const { code, problem, secondsLeft, again } = createPairingCode()
  const [device, setDevice] = createSignal<string>()

  const ask = async (): Promise<void> => {
    const shown = code()
    if (shown === undefined || !shown.reachable || device() !== undefined || secondsLeft() === 0) return
    const state = await request(State, 'GET', `/pairing/${shown.id}`)
    if (!state.ok || state.value.state !== 'used' || shown.id !== code()?.id) return
    setDevice(state.value.device)
    props.onPaired()
  }
  const timer = setInterval(() => void ask(), ASK_MS)
  onCleanup(() => clearInterval(timer))

  return (
    <Dialog open onOpenChange={() => props.onClose()} title={deviceWords.pairTitle}>
      <div class={styles.pairing} aria-live="polite">
        <Switch fallback={<SkeletonRows rows={3} waitsFor={settingsWords.loading} />}>
          <Match when={problem()}>
            <Problem text={problem()} />
            <Button size="lg" onClick={again}>
              {settingsWords.tryAgain}
            </Button>
          </Match>
          <Match when={device()}>
            {(name) => (
              <>
                <p class={styles.paired}>
                  <StatusGlyph state="done" decorative />
                  {deviceWords.paired(name())}
                </p>
                <p class={styles.note}>{deviceWords.pairedText}</p>
                <Button size="lg" tone="ink" onClick={() => props.onClose()}>
                  {deviceWords.done}
                </Button>
              </>
            )}
          </Match>
          <Match when={code()?.reachable === false}>
            <p>{deviceWords.unreachable}</p>
            <p>{deviceWords.unreachableTodo}</p>
            <code class={styles.code}>{deviceWords.unreachableCommand}</code>
            <p class={styles.note}>{deviceWords.unreachableHttps}</p>
          </Match>
          <Match when={code() !== undefined && secondsLeft() === 0}>
            <p>{deviceWords.ended}</p>
            <Button size="lg" tone="ink" onClick={again}>
              {deviceWords.newCode}
            </Button>
          </Match>
          <Match when={code()}>
            {(shown) => (
              <>
                <p>{deviceWords.pairText}</p>
                <QrCode text={shown().url} label={deviceWords.pairQr} />
                <p class={styles.countdown} aria-live="off">
                  {deviceWords.endsIn(secondsLeft())}
                </p>
                <div class={styles.secret}>
                  <code class={styles.code} aria-label={deviceWords.pairLink}>
                    {shown().url}
                  </code>
                  <div class={styles.actions}>
                    <CopyButton look="words" label={deviceWords.copyLink} text={shown().url} />
                  </div>
                </div>
                <p class={styles.note}>{deviceWords.pairTrust}</p>
                <Show when={shown().url.startsWith('http:')}>
                  <p class={styles.note}>{deviceWords.pairHttp}</p>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Dialog>
  )
}
