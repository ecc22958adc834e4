import { Match, Show, Switch, createSignal } from 'solid-js'
import type { PlanShareAccess } from '#shared/domain/plan-share.ts'
import type { PlanId } from '#shared/ids.ts'
import { useCallName } from '../../../state/call-name.ts'
import { useFrame } from '../../../state/frame.ts'
import { usePlatform } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { Button } from '../../../ui/button.tsx'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { IntentMark } from '../../../ui/intent-mark.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Select } from '../../../ui/select.tsx'
import { Time } from '../../../ui/time.tsx'
import { planShareWords } from '../../../words/plan-share.ts'
import { uiWords } from '../../../words/ui.ts'
import { usePlanShare, type PlanSharing } from './use-plan-share.ts'
import styles from './share-plan-dialog.module.css'

const dayMs = 24 * 60 * 60_000
const expiries = { never: undefined, day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const
type Expiry = keyof typeof expiries
const expiryChoices = (['never', 'day', 'week', 'month'] as const).map((value) => ({
  value,
  label: planShareWords.expiries[value],
}))
const accessChoices = (['view', 'comment'] as const).map((value) => ({
  value,
  label: planShareWords.access[value],
  hint: planShareWords.accessHint[value],
}))

type TryTo = (act: () => Promise<void>) => void

/** The plan's link for people outside of the team. Each press is done at once. */
export function SharePlanDialog(props: {
  readonly planId: PlanId
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}) {
  // One dialog for one plan.
  // oxlint-disable-next-line solid/reactivity
  const sharing = usePlanShare(props.planId)
  const [problem, setProblem] = createSignal<string>()
  const tryTo: TryTo = (act) => {
    setProblem(undefined)
    act().catch((error: unknown) => setProblem(refusalText(error)))
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => {
        setProblem(undefined)
        props.onOpenChange(open)
      }}
      title={planShareWords.title}
      size="lg"
    >
      <div class={styles.parts}>
        <p class={styles.text}>{planShareWords.warning}</p>
        <Show when={sharing.isOver()}>
          <p class={styles.text} role="status">
            {planShareWords.over}
          </p>
        </Show>
        <Switch fallback={<p class={styles.text}>{planShareWords.notWriter}</p>}>
          <Match when={sharing.share() !== undefined && !sharing.isOver()}>
            <Shared sharing={sharing} tryTo={tryTo} />
          </Match>
          <Match when={sharing.mayBegin()}>
            <div class={styles.acts}>
              <Button tone="ink" size="lg" onClick={() => tryTo(sharing.begin)}>
                {planShareWords.make}
              </Button>
            </div>
          </Match>
        </Switch>
        <Problem text={problem()} />
      </div>
    </Dialog>
  )
}

function Shared(props: { readonly sharing: PlanSharing; readonly tryTo: TryTo }) {
  const callName = useCallName()
  const platform = usePlatform()
  const frame = useFrame()
  const share = () => props.sharing.share()
  const [chosen, setChosen] = createSignal<Expiry>()
  const expiry = (): Expiry => chosen() ?? nearest(share()?.expiresAt, platform.now())
  const expire = (value: Expiry): void => {
    setChosen(value)
    const after = expiries[value]
    const { sharing, tryTo } = props
    tryTo(() => sharing.change({ expiresAt: after === undefined ? null : platform.now() + after }))
  }
  const setAccess = (access: PlanShareAccess): void => {
    const { sharing, tryTo } = props
    tryTo(() => sharing.change({ access }))
  }
  return (
    <>
      <div class={styles.link}>
        <code class={styles.address} aria-label={planShareWords.link}>
          {props.sharing.link()}
        </code>
        <CopyButton look="words" tone="ink" label={planShareWords.copyLink} text={props.sharing.link() ?? ''} />
      </div>
      <Show when={props.sharing.isLocal()}>
        <p class={styles.waits} role="status">
          <IntentMark state="local" phone={frame() === 'phone'} /> {planShareWords.linkWaits}
        </p>
      </Show>
      <Show when={share()}>
        {(known) => (
          <p class={styles.meta}>
            {planShareWords.madeBy(callName(known().createdBy))} · <Time at={known().createdAt} form="when" />
            <Show when={known().expiresAt}>
              {(at) => (
                <>
                  {' · '}
                  {planShareWords.expiresAt} <Time at={at()} form="when" />
                </>
              )}
            </Show>
          </p>
        )}
      </Show>
      <Show when={props.sharing.mayChange()} fallback={<p class={styles.text}>{planShareWords.notYours}</p>}>
        <div class={styles.choices}>
          <Select
            label={planShareWords.accessLabel}
            choices={accessChoices}
            value={share()?.access ?? 'view'}
            onChange={setAccess}
          />
          <Select label={planShareWords.expiry} choices={expiryChoices} value={expiry()} onChange={expire} />
        </div>
        <StopSharing onStop={() => props.tryTo(props.sharing.stop)} />
      </Show>
    </>
  )
}

/** Asks first, in its place: there is a dialog around it already. */
function StopSharing(props: { readonly onStop: () => void }) {
  const [asking, setAsking] = createSignal(false)
  let keep: HTMLButtonElement | undefined
  return (
    <Show
      when={asking()}
      fallback={
        <div class={styles.acts}>
          <Button
            tone="danger"
            onClick={() => {
              setAsking(true)
              queueMicrotask(() => keep?.focus())
            }}
          >
            {planShareWords.stop}
          </Button>
        </div>
      }
    >
      <div class={styles.parts} role="group" aria-label={planShareWords.stop}>
        <p class={styles.text}>{planShareWords.stopText}</p>
        <div class={styles.acts}>
          <Button ref={keep} onClick={() => setAsking(false)}>
            {uiWords.cancel}
          </Button>
          <Button tone="danger" onClick={() => props.onStop()}>
            {planShareWords.stop}
          </Button>
        </div>
      </div>
    </Show>
  )
}

/** The choice that an end was made by, as far as its time tells. */
function nearest(expiresAt: number | undefined, now: number): Expiry {
  if (expiresAt === undefined) return 'never'
  const left = expiresAt - now
  return left <= dayMs ? 'day' : left <= 7 * dayMs ? 'week' : 'month'
}
