import { Bell, Laptop } from 'lucide'
import { For, Match, Show, Switch as Choose, createSignal } from 'solid-js'
import type { PushSettings } from '#shared/domain/push.ts'
import { PushState, PushTestResult, type PushSubscriptionInfo, type PushTrouble } from '#shared/protocol/push.ts'
import { Nothing, request } from '../../state/account-api.ts'
import { useDeviceStore } from '../../state/device-store.ts'
import { changePush, ownSubscription, turnPushOff, turnPushOn, usePushDevice } from '../../state/push.ts'
import { useDeviceStorage } from '../../state/storage.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Time } from '../../ui/time.tsx'
import { notificationWords } from '../../words/settings.ts'
import { Problem, RemoteView, Saved, Section, useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'

/** Pushes to this device: which, when, and whether they come; and the person's other devices. */
export function NotificationsSection() {
  const device = usePushDevice()
  const remote = useRemote(PushState, () => '/push')
  const support = device.support()
  const others = (): readonly PushSubscriptionInfo[] =>
    remote.value()?.subscriptions.filter((one) => !one.current) ?? []
  return (
    <>
      <Section title={notificationWords.title} text={notificationWords.text}>
        <Show when={support === 'ready'} fallback={<Unsupported support={support} />}>
          <RemoteView of={remote}>
            {(state) => (
              <Show when={ownSubscription(state())} fallback={<TurnOn onChanged={() => void remote.reload()} />}>
                {(own) => <ThisDevice own={own()} onChanged={() => void remote.reload()} />}
              </Show>
            )}
          </RemoteView>
        </Show>
      </Section>
      <Show when={others().length > 0}>
        <Others devices={others()} onChanged={() => void remote.reload()} />
      </Show>
    </>
  )
}

function Unsupported(props: { readonly support: ReturnType<ReturnType<typeof usePushDevice>['support']> }) {
  return <p class={styles.note}>{props.support === 'ready' ? '' : notificationWords.support[props.support]}</p>
}

function TurnOn(props: { readonly onChanged: () => void }) {
  const device = usePushDevice()
  const store = useDeviceStore()
  const storage = useDeviceStorage()
  const action = useAction()
  const [refused, setRefused] = createSignal<string>()
  const handleOn = async (): Promise<void> => {
    setRefused(undefined)
    try {
      const done = await action.run(turnPushOn(device, store))
      if (done === 'on') props.onChanged()
      // Who wants to be told here wants it kept here.
      if (done === 'on') void storage.persist()
      if (done === 'declined') setRefused(notificationWords.declined)
    } catch {
      // The browser's own push service: without a network, or without one at all.
      action.clear()
      setRefused(notificationWords.failed)
    }
  }
  return (
    <>
      <p class={styles.note}>{notificationWords.off}</p>
      <div class={styles.actions}>
        <Button size="lg" tone="ink" icon={Bell} disabled={action.busy()} onClick={() => void handleOn()}>
          {notificationWords.turnOn}
        </Button>
      </div>
      <Problem text={action.problem() ?? refused()} />
    </>
  )
}

function ThisDevice(props: { readonly own: PushSubscriptionInfo; readonly onChanged: () => void }) {
  const device = usePushDevice()
  const store = useDeviceStore()
  const action = useAction()
  const [tested, setTested] = createSignal<PushTestResult>()

  const change = async (settings: PushSettings): Promise<void> => {
    if ((await action.run(changePush(store, props.own.id, settings))) !== undefined) props.onChanged()
  }
  const handleTest = async (): Promise<void> => {
    setTested(undefined)
    const done = await action.run(request(PushTestResult, 'POST', `/push/subscription/${props.own.id}/test`, {}))
    setTested(done)
    if (done !== undefined) props.onChanged()
  }
  const handleOff = async (): Promise<void> => {
    if ((await action.run(turnPushOff(device, store, props.own.id))) !== undefined) props.onChanged()
  }

  return (
    <>
      <fieldset class={styles.plainFieldset}>
        <legend class={styles.legend}>{notificationWords.types}</legend>
        <For each={types}>
          {(type) => (
            <Switch
              label={notificationWords.type[type]}
              hint={notificationWords.typeHint[type]}
              checked={props.own.settings[type]}
              disabled={action.busy()}
              onChange={(wanted) => void change({ ...props.own.settings, [type]: wanted })}
            />
          )}
        </For>
      </fieldset>
      <Quiet settings={props.own.settings} busy={action.busy()} onChange={(settings) => void change(settings)} />
      <div class={styles.actions}>
        <Button size="lg" disabled={action.busy()} onClick={() => void handleTest()}>
          {notificationWords.test}
        </Button>
        <Button size="lg" disabled={action.busy()} onClick={() => void handleOff()}>
          {notificationWords.turnOff}
        </Button>
        <Saved text={tested()?.sent === true ? notificationWords.testSent : undefined} />
      </div>
      <Problem text={action.problem() ?? testProblem(tested(), props.own.service)} />
      <Show when={tested() === undefined && props.own.trouble}>
        {(trouble) => <p class={styles.note}>{notificationWords.trouble(whyOf(trouble()))}</p>}
      </Show>
    </>
  )
}

const types = ['request', 'complete', 'error'] as const satisfies readonly (keyof PushSettings)[]

function Quiet(props: {
  readonly settings: PushSettings
  readonly busy: boolean
  readonly onChange: (settings: PushSettings) => void
}) {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const quiet = () => props.settings.quiet
  const set = (change: { from?: string; to?: string }): void => {
    const now = quiet()
    if (now === undefined || change.from === '' || change.to === '') return
    props.onChange({ ...props.settings, quiet: { ...now, ...change, timeZone } })
  }
  const handleSwitch = (on: boolean): void => {
    const { quiet: _quiet, ...rest } = props.settings
    props.onChange(on ? { ...rest, quiet: { from: '22:00', to: '07:00', timeZone } } : rest)
  }
  return (
    <div>
      <Switch
        label={notificationWords.quiet}
        hint={notificationWords.quietHint(timeZone)}
        checked={quiet() !== undefined}
        disabled={props.busy}
        onChange={handleSwitch}
      />
      <Show when={quiet()}>
        {(hours) => (
          <div class={styles.hours}>
            <label class={styles.hour}>
              {notificationWords.from}
              <input
                type="time"
                required
                value={hours().from}
                onChange={(event) => set({ from: event.currentTarget.value })}
              />
            </label>
            <label class={styles.hour}>
              {notificationWords.to}
              <input
                type="time"
                required
                value={hours().to}
                onChange={(event) => set({ to: event.currentTarget.value })}
              />
            </label>
          </div>
        )}
      </Show>
    </div>
  )
}

function Others(props: { readonly devices: readonly PushSubscriptionInfo[]; readonly onChanged: () => void }) {
  const action = useAction()
  const handleRemove = async (id: string): Promise<void> => {
    if ((await action.run(request(Nothing, 'DELETE', `/push/subscription/${id}`))) !== undefined) props.onChanged()
  }
  return (
    <Section title={notificationWords.others} text={notificationWords.othersText}>
      <Problem text={action.problem()} />
      <ul class={styles.rows}>
        <For each={props.devices}>
          {(one) => (
            <li class={styles.row}>
              <Icon of={Laptop} />
              <div class={styles.rowMain}>
                <span class={styles.rowTitle}>{one.device}</span>
                <span class={styles.rowMeta}>
                  <Choose fallback={notificationWords.neverSent}>
                    <Match when={one.trouble}>{(trouble) => notificationWords.trouble(whyOf(trouble()))}</Match>
                    <Match when={one.lastSentAt}>
                      {(at) => (
                        <>
                          {notificationWords.lastSent} <Time at={at()} />
                        </>
                      )}
                    </Match>
                  </Choose>
                  {` · ${one.service}`}
                </span>
              </div>
              <div class={styles.rowActions}>
                <Button
                  aria-label={notificationWords.removeLabel(one.device)}
                  disabled={action.busy()}
                  onClick={() => void handleRemove(one.id)}
                >
                  {notificationWords.remove}
                </Button>
              </div>
            </li>
          )}
        </For>
      </ul>
    </Section>
  )
}

function testProblem(result: PushTestResult | undefined, service: string): string | undefined {
  if (result === undefined || result.sent) return undefined
  return notificationWords.testFailed(
    service,
    result.trouble === undefined ? notificationWords.noAnswer : whyOf(result.trouble),
  )
}

function whyOf({ status, text }: PushTrouble): string {
  return (
    [status === 0 ? '' : String(status), text].filter((part) => part !== '').join(' ') || notificationWords.noAnswer
  )
}
