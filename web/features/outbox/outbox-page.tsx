import { Link } from '@tanstack/solid-router'
import { ArrowLeft, RefreshCw } from 'lucide'
import { For, Show, createMemo, type JSX } from 'solid-js'
import { Permission } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { PermissionId, PromptId, RunId } from '#shared/ids.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import { hasBackgroundSync } from '../../pwa/background-sync.ts'
import { useNow } from '../../state/clock.ts'
import { useFrame } from '../../state/frame.ts'
import { intentPermissionId, intentPromptId, intentRunId } from '#sync/client/intent-args.ts'
import { useKeys } from '../../state/keyboard.ts'
import { usePlanCopies } from '../../state/plan-copies.ts'
import { useQuery } from '../../state/query.ts'
import { useIntents, useStatus } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { useUnsentImages } from '../../state/unsent-images.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IntentMark } from '../../ui/intent-mark.tsx'
import { useKeptFocus } from '../../ui/kept-focus.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { Time } from '../../ui/time.tsx'
import { intentText, intentVerb } from '../../words/intents.ts'
import { plansWords } from '../../words/plans.ts'
import { refusalWords } from '../../words/refusals.ts'
import { outboxWords, syncWords } from '../../words/shell.ts'
import { standingOf, toOutbox, type AboutRows } from './outbox-model.ts'
import { PlanEdits } from './plan-edits.tsx'
import { UnsentImages } from './unsent-images.tsx'
import { RefusedItem } from './refused-item.tsx'
import styles from './outbox.module.css'

/** What this device did lately, and how far each has come: on the device, sent, delivered, done, or refused with a way on. */
export function OutboxPage() {
  const workspace = useWorkspace()
  const data = useTeamData()
  const status = useStatus()
  const intents = useIntents()
  const frame = useFrame()
  const now = useNow()
  useTitle(() => outboxWords.title)
  const outbox = createMemo(() => toOutbox(intents() ?? [], data.refused.all()))
  const copies = usePlanCopies()
  const images = useUnsentImages()
  const plans = createMemo(() => [...copies().values()].filter(({ lost, unstored }) => lost || unstored))
  const isEmpty = () => {
    const { refused, waiting, lately } = outbox()
    return refused.length + waiting.length + lately.length + plans().length + images().length === 0
  }
  let list!: HTMLDivElement
  /** From one thing to the next, as in the runs list. */
  const move = (step: 1 | -1): void => {
    const items = [...list.querySelectorAll<HTMLElement>('[data-item]')]
    const at = items.findIndex((item) => item.contains(document.activeElement))
    items[at === -1 ? 0 : Math.max(0, Math.min(items.length - 1, at + step))]?.focus()
  }
  // What is known of a run makes its item a link, which is another element.
  let focused: Element | null = null
  useKeptFocus(
    () => list,
    () => focused?.querySelector<HTMLElement>('[data-item]')?.focus(),
  )
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) })

  return (
    <div class={styles.page}>
      <PageHead
        title={outboxWords.title}
        before={
          frame() === 'phone' ? (
            <Link to="/runs" class={styles.back} aria-label={outboxWords.back}>
              <Icon of={ArrowLeft} size="lg" />
            </Link>
          ) : undefined
        }
      >
        <Show
          when={frame() === 'phone'}
          fallback={
            <Button icon={RefreshCw} onClick={() => void workspace.refresh()}>
              {outboxWords.checkNow}
            </Button>
          }
        >
          <IconButton
            icon={RefreshCw}
            size="touch"
            label={outboxWords.checkNow}
            onClick={() => void workspace.refresh()}
          />
        </Show>
      </PageHead>
      <p class={styles.state} role="status">
        {status().connection === 'polling' ? outboxWords.polling : syncWords(status(), 0, now())}
      </p>
      <div class={styles.scroll} ref={list} onFocusIn={(event) => (focused = event.target.closest('li'))}>
        <Show when={intents() !== undefined} fallback={<SkeletonRows waitsFor={outboxWords.opening} />}>
          <Show when={!isEmpty()} fallback={<EmptyState text={outboxWords.empty} />}>
            <div class={styles.column}>
              <Show when={outbox().refused.length > 0}>
                <Part title={outboxWords.refused}>
                  <ul class={styles.refused}>
                    <For each={outbox().refused.map(({ row }) => `${row.clientId} ${row.mutationId}`)}>
                      {(id) => (
                        <Show when={outbox().refused.find(({ row }) => `${row.clientId} ${row.mutationId}` === id)}>
                          {(refused) => <RefusedItem refused={refused().row} intent={refused().intent} />}
                        </Show>
                      )}
                    </For>
                  </ul>
                </Part>
              </Show>
              <Show when={plans().length > 0}>
                <Part title={plansWords.editsWait}>
                  <PlanEdits plans={plans()} />
                </Part>
              </Show>
              <Show when={images().length > 0}>
                <Part title={plansWords.picturesWait}>
                  <UnsentImages images={images()} />
                </Part>
              </Show>
              <Show when={outbox().waiting.length > 0}>
                <Part
                  title={outboxWords.waiting(outbox().waiting.length)}
                  note={status().connection === 'offline' ? outboxWords.waitingOffline(hasBackgroundSync()) : undefined}
                >
                  <IntentList intents={outbox().waiting} />
                </Part>
              </Show>
              <Show when={outbox().lately.length > 0}>
                <Part title={outboxWords.lately} note={outboxWords.latelyNote}>
                  <IntentList intents={outbox().lately} />
                </Part>
              </Show>
            </div>
          </Show>
        </Show>
      </div>
    </div>
  )
}

function Part(props: { readonly title: string; readonly note?: string | undefined; readonly children: JSX.Element }) {
  return (
    <section class={styles.part}>
      <h2 class={styles.title}>{props.title}</h2>
      <Show when={props.note}>
        <p class={styles.note}>{props.note}</p>
      </Show>
      {props.children}
    </section>
  )
}

/** Rows keep their place in the page by what they are about, so that a state that changes moves no focus. */
function IntentList(props: { readonly intents: readonly DeviceIntent[] }) {
  return (
    <ul class={styles.list}>
      <For each={props.intents.map(({ id }) => id)}>
        {(id) => (
          <Show when={props.intents.find((one) => one.id === id)}>{(intent) => <IntentRow intent={intent()} />}</Show>
        )}
      </For>
    </ul>
  )
}

function IntentRow(props: { readonly intent: DeviceIntent }) {
  const data = useTeamData()
  const frame = useFrame()
  const runId = createMemo(() => RunId.safeParse(intentRunId(props.intent.args)).data)
  const run = () => {
    const id = runId()
    return id === undefined ? undefined : data.runs.get(keys.run(id))
  }
  const rows = useQuery(() => rowsAbout(props.intent.args), { key: null })
  const standing = createMemo(() =>
    // Before the rows are here nothing more is said than what the device itself knows.
    rows.loaded
      ? standingOf(props.intent, { run: run(), permission: rows.value?.permission, prompt: rows.value?.prompt })
      : { state: props.intent.state, refusal: props.intent.refusal },
  )
  const typed = () => intentText(props.intent.args)
  const inside = () => (
    <>
      <span class={styles.what}>
        <span class={styles.deed}>
          {intentVerb(props.intent.name, props.intent.args)}
          <Show when={run()?.title}>{(title) => <> · {title()}</>}</Show>
        </span>
        <Show when={typed() !== run()?.title ? typed() : undefined}>
          {(text) => (
            <span class={styles.typed} title={text()} dir="auto">
              {text()}
            </span>
          )}
        </Show>
        <Show when={standing().state === 'refused' ? standing().refusal : undefined}>
          {(refusal) => <span class={styles.why}>{refusalWords(refusal().code, refusal().detail)}</span>}
        </Show>
      </span>
      <span class={styles.where}>
        <IntentMark state={standing().state} phone={frame() === 'phone'} />
        <Time at={props.intent.at} form="when" />
      </span>
    </>
  )
  return (
    <li>
      <Show
        when={run() === undefined ? undefined : runId()}
        fallback={
          <div class={styles.item} data-item tabindex="-1">
            {inside()}
          </div>
        }
      >
        {(id) => (
          <Link to="/runs/$runId" params={{ runId: id() }} class={styles.item} data-item>
            {inside()}
          </Link>
        )}
      </Show>
    </li>
  )
}

type Rows = Pick<AboutRows, 'permission' | 'prompt'>

function rowsAbout(args: unknown): (tx: ReadTransaction) => Promise<Rows> {
  const runId = RunId.safeParse(intentRunId(args)).data
  const permissionId = PermissionId.safeParse(intentPermissionId(args)).data
  const promptId = PromptId.safeParse(intentPromptId(args)).data
  return async (tx) => {
    if (runId === undefined) return { permission: undefined, prompt: undefined }
    return {
      permission:
        permissionId === undefined ? undefined : await getRow(tx, keys.permission(runId, permissionId), Permission),
      prompt: promptId === undefined ? undefined : await getRow(tx, keys.prompt(runId, promptId), Prompt),
    }
  }
}
