import { Match, Show, Switch, createResource, createSignal } from 'solid-js'
import { useInstall } from '../../state/install.ts'
import { useKeyboard } from '../../state/keyboard.ts'
import { useDefaultSendingMode } from '../../state/sending-mode.ts'
import { useDeviceStorage } from '../../state/storage.ts'
import { Button } from '../../ui/button.tsx'
import { Switch as Toggle } from '../../ui/switch.tsx'
import { bytes } from '../../words/count.ts'
import { thisDeviceWords } from '../../words/settings.ts'
import { keysWords } from '../../words/shell.ts'
import { KeptRuns } from './kept-runs.tsx'
import { Section } from './section.tsx'
import styles from './settings.module.css'

/** What concerns this browser alone. */
export function DeviceSection() {
  return (
    <>
      <InstallPart />
      <StoragePart />
      <SendingPart />
      <KeysPart />
    </>
  )
}

function InstallPart() {
  const install = useInstall()
  const storage = useDeviceStorage()
  return (
    <Section title={thisDeviceWords.install} text={thisDeviceWords.installText}>
      <Switch>
        <Match when={install.state() === 'installed'}>
          <p class={styles.note}>{thisDeviceWords.installed}</p>
        </Match>
        <Match when={install.state() === 'ready'}>
          <div class={styles.actions}>
            <Button
              size="lg"
              onClick={() => {
                void install.ask()
                void storage.persist()
              }}
            >
              {thisDeviceWords.installNow}
            </Button>
          </div>
        </Match>
        <Match when={!window.isSecureContext}>
          <p class={styles.note}>{thisDeviceWords.installInsecure}</p>
        </Match>
        <Match when={install.state() === 'by_hand'}>
          <p class={styles.note}>{thisDeviceWords.installByHand}</p>
        </Match>
        <Match when={install.state() === 'unknown'}>
          <p class={styles.note}>{thisDeviceWords.installUnknown}</p>
        </Match>
      </Switch>
    </Section>
  )
}

function StoragePart() {
  const storage = useDeviceStorage()
  const [estimate] = createResource(() => storage.estimate())
  const [persistent, { refetch }] = createResource(() => storage.isPersistent())
  const [refused, setRefused] = createSignal(false)
  const handlePersist = async (): Promise<void> => {
    setRefused(!(await storage.persist()))
    await refetch()
  }
  return (
    <Section title={thisDeviceWords.storage} text={thisDeviceWords.storageText}>
      <p class={styles.note}>
        <Show when={estimate.latest} fallback={thisDeviceWords.storageUnknown}>
          {(known) => thisDeviceWords.storageUsed(bytes(known().usage), bytes(known().quota))}
        </Show>{' '}
        {persistent.latest === true ? thisDeviceWords.persistent : thisDeviceWords.notPersistent}
      </p>
      <KeptRuns />
      <Show when={persistent.latest === false}>
        <div class={styles.actions}>
          <Button size="lg" onClick={() => void handlePersist()}>
            {thisDeviceWords.persist}
          </Button>
        </div>
      </Show>
      <p class={styles.note} role="status">
        {refused() ? thisDeviceWords.persistRefused : ''}
      </p>
    </Section>
  )
}

function SendingPart() {
  const sending = useDefaultSendingMode()
  return (
    <Section title={thisDeviceWords.sending} text={thisDeviceWords.sendingText}>
      <Toggle
        label={thisDeviceWords.interrupt}
        hint={thisDeviceWords.interruptHint}
        checked={sending.mode() === 'interrupt'}
        onChange={(on) => sending.choose(on ? 'interrupt' : 'queue')}
      />
    </Section>
  )
}

function KeysPart() {
  const keyboard = useKeyboard()
  return (
    <Section title={thisDeviceWords.keys} text={keyboard.lettersOn() ? thisDeviceWords.keysText : keysWords.turnedOff}>
      <div class={styles.actions}>
        <Button size="lg" onClick={() => keyboard.setLettersOn(!keyboard.lettersOn())}>
          <Show when={keyboard.lettersOn()} fallback={keysWords.turnOn}>
            {keysWords.turnOff}
          </Show>
        </Button>
      </div>
    </Section>
  )
}
