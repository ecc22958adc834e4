import * as KDialog from '@kobalte/core/dialog'
import { CircleX } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on } from 'solid-js'
import type { Permission, PermissionAnswer } from '#shared/domain/permission.ts'
import type { PermissionId } from '#shared/ids.ts'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { IntentMark as Mark } from '../../../ui/intent-mark.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { useMedia } from '../../../state/frame.ts'
import { useIds } from '../../../state/platform.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { refusalWords } from '../../../words/refusals.ts'
import { answeredWords, optionWords } from '../../../words/answers.ts'
import { midSentence, runWords } from '../../../words/run.ts'
import { stateWords, type ShownIntent } from '../../../words/states.ts'
import { useScene } from '../scene.ts'
import { Problem } from '../../../ui/problem.tsx'
import { MachineText } from '../../../ui/text/visible.tsx'
import { askLine } from '#shared/domain/permission.ts'
import { useAllowAlways } from './allow-always.ts'
import type { Ask, LateAnswer } from './asks.ts'
import { PermissionCard } from './permission-card.tsx'
import { refusalText } from '../../../state/refusal-text.ts'
import styles from './asks-region.module.css'

/** The questions of a run, above the composer: a card, on phones a sheet that can be put aside; and answers on their way. */
export function AsksRegion(props: {
  readonly asks: readonly Ask[]
  /** The question that the address names: it comes first, and has the focus. */
  readonly wanted?: PermissionId | undefined
  readonly late: readonly LateAnswer[]
  readonly announce: (text: string) => void
}) {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  // Where the page is as low as a phone (a laptop at 200 %), the question takes the phone's form too.
  const short = useMedia('(height <= 40em)')
  const open = createMemo(() => props.asks.flatMap((ask) => (ask.state === 'open' ? [ask.permission] : [])))
  const answered = createMemo(() => props.asks.flatMap((ask) => (ask.state === 'answered' ? [ask] : [])))
  const [chosen, setChosen] = createSignal<string>()
  const [problem, setProblem] = createSignal<{ readonly id: string; readonly text: string }>()
  const place = createMemo(() =>
    Math.max(
      0,
      open().findIndex((permission) => permission.request.id === chosen()),
    ),
  )
  const current = createMemo(() => open()[place()])

  // Whoever came for a question has its keys at once. A sheet takes the focus by itself.
  let region!: HTMLDivElement
  createEffect(
    on(
      () => open().find((permission) => permission.request.id === props.wanted)?.request.id,
      (id) => {
        if (id === undefined) return
        setChosen(id)
        queueMicrotask(() => {
          const card = region.querySelector<HTMLElement>('section[tabindex]')
          card?.scrollIntoView?.({ block: 'nearest' })
          card?.focus()
        })
      },
    ),
  )

  // Each question is announced once, politely; focus stays where it is.
  const announced = new Set<string>()
  createEffect(
    on(open, (questions) => {
      for (const question of questions) {
        if (announced.has(question.request.id)) continue
        announced.add(question.request.id)
        props.announce(runWords.ask.announce(question.request.agent, question.request.title))
      }
    }),
  )

  let answering: string | undefined
  /** Whether it is durable: until then the card and what was typed into it stay, and take no second answer. */
  const answer = async (permission: Permission, given: PermissionAnswer): Promise<boolean> => {
    if (answering === permission.request.id) return false
    answering = permission.request.id
    setProblem(undefined)
    try {
      await workspace.mutate.answerPermission({
        runId: scene.runId,
        permissionId: permission.request.id,
        deliveryId: ids.deliveryId(),
        digest: permission.request.digest,
        answer: given,
      })
      return true
    } catch (error) {
      setProblem({ id: permission.request.id, text: refusalText(error) })
      return false
    } finally {
      answering = undefined
    }
  }
  const always = useAllowAlways()
  /** The profile first: what comes of it lets the next such question not be asked. */
  const allowAlways = async (permission: Permission): Promise<void> => {
    if (answering === permission.request.id) return
    setProblem(undefined)
    try {
      await always.keep(permission)
      await answer(permission, { kind: 'allow_once' })
    } catch (error) {
      setProblem({ id: permission.request.id, text: refusalText(error) })
    }
  }
  const next = (): void => void setChosen(open()[(place() + 1) % open().length]?.request.id)

  return (
    <div
      ref={region}
      class={styles.region}
      data-empty={props.asks.length === 0 && props.late.length === 0 ? '' : undefined}
    >
      <For each={props.late}>{(late) => <LateLine late={late} />}</For>
      <For each={answered()}>{(ask) => <AnsweredLine ask={ask} />}</For>
      <Show when={current()?.request.id} keyed>
        {(id) => {
          const permission = createMemo<Permission | undefined>(
            (before) => open().find((known) => known.request.id === id) ?? before,
          )
          return (
            <Show when={permission()}>
              {(known) => (
                <Show
                  when={scene.phone() || short()}
                  fallback={
                    <PermissionCard
                      permission={known()}
                      place={{ at: place() + 1, of: open().length, onNext: next }}
                      problem={problem()?.id === id ? problem()?.text : undefined}
                      always={always.offer(known())}
                      onAllowAlways={() => void allowAlways(known())}
                      onAnswer={(given) => answer(known(), given)}
                    />
                  }
                >
                  <AskSheet
                    permission={known()}
                    place={{ at: place() + 1, of: open().length, onNext: next }}
                    problem={problem()?.id === id ? problem()?.text : undefined}
                    always={always.offer(known())}
                    onAllowAlways={() => void allowAlways(known())}
                    onAnswer={(given) => answer(known(), given)}
                  />
                </Show>
              )}
            </Show>
          )
        }}
      </Show>
    </div>
  )
}

type CardProps = Parameters<typeof PermissionCard>[0]

/** The phone's question: a modal sheet. Put aside, it leaves one line with the way back. */
function AskSheet(props: CardProps) {
  // Whoever is writing is not pulled away from it: the question waits in its line above the composer.
  const [aside, setAside] = createSignal(document.activeElement?.matches('input, textarea') ?? false)
  const titleId = `ask-${createUniqueId()}`
  const { toTranscript } = useScene()
  let line!: HTMLButtonElement
  return (
    <>
      <button ref={line} type="button" class={styles.aside} onClick={() => setAside(false)}>
        <StatusGlyph state="needs" decorative />
        <span class={styles.asideText}>
          {stateWords.needs} · <MachineText text={askLine(props.permission.request)} />
        </span>
        <b>{runWords.ask.reopen}</b>
      </button>
      <KDialog.Root open={!aside()} onOpenChange={(open) => setAside(!open)} modal preventScroll={false}>
        <KDialog.Portal>
          <KDialog.Overlay class={styles.scrim} />
          <KDialog.Content
            class={styles.sheet}
            aria-labelledby={titleId}
            onOpenAutoFocus={(event) => focusSheet(event)}
            onCloseAutoFocus={(event) => {
              event.preventDefault()
              if (line.isConnected) line.focus()
              else toTranscript()
            }}
          >
            <KDialog.CloseButton class={styles.grab} aria-label={runWords.ask.later}>
              <span aria-hidden="true" />
            </KDialog.CloseButton>
            <PermissionCard {...props} sheet titleId={titleId} />
          </KDialog.Content>
        </KDialog.Portal>
      </KDialog.Root>
    </>
  )
}

/** The sheet itself takes the focus, no button: a key pressed as it arrives must not answer. */
function focusSheet(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
}

/** Where an intent stands, in this run's frame. */
export function IntentMark(props: { readonly state: ShownIntent }) {
  const scene = useScene()
  return <Mark state={props.state} phone={scene.phone()} />
}

function AnsweredLine(props: { readonly ask: Extract<Ask, { state: 'answered' }> }) {
  const scene = useScene()
  return (
    <p class={styles.line} role="status">
      <span class={styles.words}>
        {answeredWords(
          scene.callName(props.ask.permission.answeredBy),
          props.ask.answer,
          props.ask.permission.answeredAt ?? props.ask.permission.request.askedAt,
          optionWords(props.ask.permission.request, props.ask.answer),
        )}
        {' · '}
        <MachineText text={askLine(props.ask.permission.request)} />
      </span>
      <Show when={props.ask.permission.refusal}>
        {(refusal) => <span>{refusalWords(refusal().code, refusal().detail)}</span>}
      </Show>
      <IntentMark state={props.ask.intent} />
    </p>
  )
}

function LateLine(props: { readonly late: LateAnswer }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const [problem, setProblem] = createSignal<string>()
  const dismiss = async (): Promise<void> => {
    const { clientId, mutationId } = props.late.refused
    try {
      await workspace.mutate.dismissRefusal({ clientId, mutationId })
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  const words = (): string => {
    switch (props.late.refused.refusal.code) {
      case 'already_answered':
        return runWords.ask.alreadyBy(midSentence(scene.callName(props.late.permission?.answeredBy)))
      case 'stale':
        return runWords.ask.staleAnswer
      case 'run_ended':
        return runWords.ask.endedAnswer
      default:
        return `${runWords.ask.refusedAnswer} ${refusalWords(props.late.refused.refusal.code, props.late.refused.refusal.detail)}`
    }
  }
  return (
    <div class={styles.line} role="status">
      <Icon of={CircleX} size="sm" />
      <span class={styles.words}>{words()}</span>
      <Button size="sm" tone="ghost" onClick={() => void dismiss()}>
        {runWords.dismiss}
      </Button>
      <Problem text={problem()} />
    </div>
  )
}
