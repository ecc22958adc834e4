import { Laptop, Smartphone, SquareTerminal, Tablet } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { Nothing, request } from '../../state/account-api.ts'
import { Button } from '../../ui/button.tsx'
import { Chip } from '../../ui/chip.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Time } from '../../ui/time.tsx'
import { commandWords } from '../../words/command.ts'
import { deviceWords } from '../../words/settings.ts'
import { PairPhone } from './pair-phone.tsx'
import { SignInCommand } from './sign-in-command.tsx'
import { Problem, RemoteView, Section, useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'

const Device = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['phone', 'tablet', 'computer']),
  current: z.boolean(),
  signedInAt: z.number(),
  lastSeenAt: z.number(),
  address: z.string().optional(),
})
type Device = z.infer<typeof Device>
const Devices = z.object({ devices: z.array(Device) })
const icons = { phone: Smartphone, tablet: Tablet, computer: Laptop } as const

export function DevicesSection() {
  const remote = useRemote(Devices, () => '/devices')
  const [pairing, setPairing] = createSignal(false)
  const [command, setCommand] = createSignal(false)
  const [ending, setEnding] = createSignal<Device>()
  const [endingOthers, setEndingOthers] = createSignal(false)
  const action = useAction()
  const others = () => remote.value()?.devices.filter((device) => !device.current).length ?? 0

  const handleEnd = async (path: string, method: 'DELETE' | 'POST'): Promise<void> => {
    const done = await action.run(request(Nothing, method, path, method === 'POST' ? {} : undefined))
    if (done !== undefined) await remote.reload()
  }

  return (
    <Section
      title={deviceWords.title}
      text={deviceWords.text}
      action={
        <Button size="lg" tone="ink" icon={Smartphone} onClick={() => setPairing(true)}>
          {deviceWords.pair}
        </Button>
      }
    >
      <Show when={isOnPlainHttp()}>
        <p class={styles.note}>{deviceWords.insecure}</p>
      </Show>
      <Problem text={action.problem()} />
      <RemoteView of={remote}>
        {(known) => (
          <ul class={styles.rows}>
            <For each={known().devices}>
              {(device) => (
                <li class={styles.row}>
                  <Icon of={icons[device.kind]} />
                  <div class={styles.rowMain}>
                    <span class={styles.rowTitle}>
                      {device.name}
                      <Show when={device.current}>
                        <Chip tone="done">{deviceWords.current}</Chip>
                      </Show>
                    </span>
                    <span class={styles.rowMeta}>
                      <Show when={!device.current} fallback={deviceWords.active}>
                        {deviceWords.lastSeen} <Time at={device.lastSeenAt} />
                      </Show>
                      {` · ${deviceWords.signedIn} `}
                      <Time at={device.signedInAt} form="when" />
                      <Show when={device.address}>{(address) => ` · ${address()}`}</Show>
                    </span>
                  </div>
                  <Show when={!device.current}>
                    <div class={styles.rowActions}>
                      <Button
                        aria-label={deviceWords.signOutLabel(device.name)}
                        disabled={action.busy()}
                        onClick={() => setEnding(device)}
                      >
                        {deviceWords.signOut}
                      </Button>
                    </div>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </RemoteView>
      <div class={styles.actions}>
        <Button size="lg" icon={SquareTerminal} onClick={() => setCommand(true)}>
          {commandWords.open}
        </Button>
        <Show when={others() > 0}>
          <Button size="lg" disabled={action.busy()} onClick={() => setEndingOthers(true)}>
            {deviceWords.signOutOthers}
          </Button>
        </Show>
      </div>
      <Show when={command()}>
        <SignInCommand
          onClose={() => {
            setCommand(false)
            void remote.reload()
          }}
        />
      </Show>
      <Show when={pairing()}>
        <PairPhone onClose={() => setPairing(false)} onPaired={() => void remote.reload()} />
      </Show>
      <Show when={ending()} keyed>
        {(device) => (
          <ConfirmDialog
            open
            onOpenChange={() => setEnding(undefined)}
            title={deviceWords.signOutTitle(device.name)}
            description={deviceWords.signOutText}
            confirm={deviceWords.signOut}
            tone="danger"
            onConfirm={() => void handleEnd(`/devices/${device.id}`, 'DELETE')}
          />
        )}
      </Show>
      <ConfirmDialog
        open={endingOthers()}
        onOpenChange={setEndingOthers}
        title={deviceWords.signOutOthersTitle}
        description={deviceWords.signOutOthersText(others())}
        confirm={deviceWords.signOutOthers}
        tone="danger"
        onConfirm={() => void handleEnd('/devices/revoke-others', 'POST')}
      />
    </Section>
  )
}

/** `localhost` counts as trusted, and has what https has. */
const isOnPlainHttp = (): boolean => location.protocol === 'http:' && !('serviceWorker' in navigator)
