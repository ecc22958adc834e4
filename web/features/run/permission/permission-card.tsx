import { CloudOff, Scale, Users } from 'lucide'
import { For, Match, Show, Switch, createSignal, createUniqueId, onMount } from 'solid-js'
import { denyMessageLimit, type Permission, type PermissionAnswer } from '#shared/domain/permission.ts'
import type { PermissionId } from '#shared/ids.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { useNow } from '../../../state/clock.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { isKey, useKeyboard } from '../../../state/keyboard.ts'
import { profileWords } from '../../../words/profiles.ts'
import { runWords } from '../../../words/run.ts'
import { stateWords } from '../../../words/states.ts'
import { uiWords } from '../../../words/ui.ts'
import { useScene } from '../scene.ts'
import { MachineText } from '../../../ui/text/visible.tsx'
import { AskSubject } from './ask-subject.tsx'
import { Problem } from '../../../ui/problem.tsx'
import styles from './permission-card.module.css'

const answerKeys = [
  ['a', 'allow_once'],
  ['s', 'allow_similar'],
  ['d', 'deny'],
] as const

/**
 * The question of a run. The order never changes: who, the command, what each part does, why it asks, who can answer,
 * buttons. Keys A, S, D, M act while the card has focus; Enter and Space only on a focused button.
 */
export function PermissionCard(props: {
  readonly permission: Permission
  /** Drawn in the phone's sheet: large buttons, the pattern always on the button. */
  readonly sheet?: boolean | undefined
  readonly titleId?: string | undefined
  /** "1 of 2" and the way to the next. */
  readonly place?: { readonly at: number; readonly of: number; readonly onNext: () => void } | undefined
  /** Why the last answer could not be kept. */
  readonly problem?: string | undefined
  /** What "Always allow" would put on the profile's list; absent: it is not offered. */
  readonly always?: { readonly name: string; readonly entries: readonly string[] } | undefined
  readonly onAllowAlways?: (() => void) | undefined
  /** Resolves with whether the answer is durable. */
  readonly onAnswer: (answer: PermissionAnswer) => Promise<boolean>
}) {
  const scene = useScene()
  const keyboard = useKeyboard()
  const now = useNow()
  const ownId = createUniqueId()
  const titleId = () => props.titleId ?? `ask-${ownId}`
  const [writing, setWriting] = createSignal(false)
  const request = () => props.permission.request
  const isQuestion = () => request().subject.kind === 'question'
  const similar = () => request().similar
  /** On a phone the pattern is the button's second line, unless it would make a page of it. */
  /** Long enough to scroll in its place: then it takes the focus, to be scrolled by keyboard. */
  const isPatternLong = () => (similar()?.length ?? 0) > 240 || similar()?.includes('\n') === true
  const isPatternInside = () =>
    props.sheet === true && (similar()?.length ?? 0) <= 90 && similar()?.includes('\n') === false
  const size = () => (props.sheet ? 'touch' : 'lg')
  let card!: HTMLElement
  const stopWriting = (): void => {
    setWriting(false)
    card.focus()
  }

  const handleKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return
    if (!scene.canSteer() || isQuestion() || writing() || !keyboard.lettersOn()) return
    if (event.target instanceof HTMLElement && event.target.matches('input, textarea')) return
    if (act(event)) event.preventDefault()
  }
  /** Whether the key means something here; then it was done. */
  const act = (event: KeyboardEvent): boolean => {
    if (isKey(event, 'm')) {
      setWriting(true)
      return true
    }
    const kind = answerKeys.find(([key]) => isKey(event, key))?.[1]
    if (kind === undefined || (kind === 'allow_similar' && similar() === undefined)) return false
    void props.onAnswer({ kind })
    return true
  }

  return (
    <section
      ref={card}
      class={styles.card}
      data-sheet={props.sheet ? '' : undefined}
      aria-label={props.sheet ? undefined : runWords.ask.label}
      tabindex={props.sheet ? '-1' : '0'}
      onKeyDown={handleKeyDown}
    >
      <Show
        when={props.sheet}
        fallback={
          <header class={styles.head}>
            <StatusGlyph state="needs" size="lg" />
            <h2 class={styles.title}>
              <b>{request().agent}</b> {runWords.ask.wants(request().subject)}
            </h2>
            <Place place={props.place} />
            <span class={styles.since}>{runWords.ask.waiting(now() - request().askedAt)}</span>
          </header>
        }
      >
        <div class={styles.top}>
          <StatusGlyph state="needs" size="lg" decorative />
          <span class={styles.needs}>{stateWords.needs}</span>
          <Place place={props.place} />
          <span class={styles.since}>{runWords.ask.since(request().askedAt)}</span>
        </div>
        <h2 class={styles.title} id={titleId()}>
          {request().agent} {runWords.ask.wants(request().subject)}
        </h2>
      </Show>

      <AskSubject subject={request().subject} narrow={props.sheet ?? false} />

      <dl class={styles.why}>
        <dt>
          <Show when={props.sheet} fallback={runWords.ask.why}>
            <Icon of={Scale} size="sm" label={runWords.ask.why} />
          </Show>
        </dt>
        <dd>{request().reason}</dd>
        <dt>
          <Show when={props.sheet} fallback={runWords.ask.whoLabel}>
            <Icon of={Users} size="sm" label={runWords.ask.whoLabel} />
          </Show>
        </dt>
        <dd>
          <Show when={!props.sheet}>
            <span class={styles.faces}>
              <For each={scene.answerers().slice(0, 5)}>
                {(person) => <Avatar name={person.name} hue={person.hue} size="sm" decorative />}
              </For>
            </span>
          </Show>
          <span>
            {scene.canSteer()
              ? runWords.ask.who(
                  scene
                    .answerers()
                    .filter((person) => !person.isMe)
                    .map((person) => firstName(person.name)),
                )
              : `${runWords.ask.whoElse(scene.answerers().map((person) => firstName(person.name)))} ${runWords.ask.viewer}`}
            <Show when={request().expiresAt}>{(at) => ` ${runWords.ask.expires(at())}`}</Show>
          </span>
        </dd>
      </dl>

      <Problem text={props.problem} />

      <Show when={scene.canSteer()}>
        <Show when={!scene.online()}>
          <p class={styles.offline}>
            <Icon of={CloudOff} size="sm" />
            {runWords.ask.notSent}
          </p>
        </Show>
        <Switch>
          <Match when={writing()}>
            <DenyForm
              size={size()}
              permissionId={request().id}
              onCancel={stopWriting}
              onDeny={(message) => props.onAnswer({ kind: 'deny', message })}
            />
          </Match>
          <Match when={isQuestion()}>
            <div class={styles.buttons} data-options="">
              <For each={request().options}>
                {(option, index) => (
                  <Button
                    size={size()}
                    tone={index() === 0 ? 'turn' : 'plain'}
                    wide={props.sheet}
                    onClick={() => void props.onAnswer({ kind: 'option', optionId: option.optionId })}
                  >
                    {option.name}
                  </Button>
                )}
              </For>
            </div>
          </Match>
          <Match when={true}>
            <div class={styles.buttons}>
              <Button
                size={size()}
                tone="turn"
                class={styles.once}
                keys={props.sheet ? undefined : 'A'}
                aria-keyshortcuts="A"
                onClick={() => void props.onAnswer({ kind: 'allow_once' })}
              >
                {runWords.ask.allowOnce}
              </Button>
              <Show when={similar()}>
                {(pattern) => (
                  <Button
                    size={size()}
                    class={styles.similar}
                    keys={props.sheet ? undefined : 'S'}
                    aria-keyshortcuts="S"
                    aria-describedby={`${titleId()}-similar`}
                    onClick={() => void props.onAnswer({ kind: 'allow_similar' })}
                  >
                    <Show when={isPatternInside()} fallback={runWords.ask.allowSimilar}>
                      <span>{runWords.ask.allowSimilar}</span>
                      <span class={styles.patternInside} id={`${titleId()}-similar`}>
                        <MachineText text={pattern()} />
                      </span>
                    </Show>
                  </Button>
                )}
              </Show>
              <Show when={props.always}>
                {(always) => (
                  <Button
                    size={size()}
                    class={styles.similar}
                    aria-describedby={`${titleId()}-always`}
                    onClick={() => props.onAllowAlways?.()}
                  >
                    {profileWords.allowAlways(always().name)}
                  </Button>
                )}
              </Show>
              <span class={styles.grow} />
              <Button
                size={size()}
                keys={props.sheet ? undefined : 'D'}
                aria-keyshortcuts="D"
                onClick={() => void props.onAnswer({ kind: 'deny' })}
              >
                {runWords.ask.deny}
              </Button>
              <Button
                size={size()}
                tone={props.sheet ? 'plain' : 'ghost'}
                keys={props.sheet ? undefined : 'M'}
                aria-keyshortcuts="M"
                onClick={() => setWriting(true)}
              >
                {runWords.ask.denyWith}
              </Button>
            </div>
            <Show when={props.always}>
              {(always) => (
                <p class={styles.pattern} id={`${titleId()}-always`} data-always="">
                  {profileWords.allowsAlways} <MachineText text={always().entries.join('\n')} />
                </p>
              )}
            </Show>
            <Show when={isPatternInside() ? undefined : similar()}>
              {(pattern) => (
                <p class={styles.pattern} id={`${titleId()}-similar`} tabindex={isPatternLong() ? '0' : undefined}>
                  {runWords.ask.similar} <MachineText text={pattern()} />
                </p>
              )}
            </Show>
          </Match>
        </Switch>
      </Show>
    </section>
  )
}

function Place(props: {
  readonly place: { readonly at: number; readonly of: number; readonly onNext: () => void } | undefined
}) {
  return (
    <Show when={props.place && props.place.of > 1 ? props.place : undefined}>
      {(place) => (
        <Button
          size="sm"
          tone="ghost"
          onClick={() => place().onNext()}
          aria-label={`${runWords.ask.number(place().at, place().of)}. ${runWords.ask.next}`}
        >
          {runWords.ask.number(place().at, place().of)}
        </Button>
      )}
    </Show>
  )
}

function DenyForm(props: {
  readonly size: 'touch' | 'lg'
  readonly permissionId: PermissionId
  readonly onCancel: () => void
  readonly onDeny: (message: string) => Promise<boolean>
}) {
  // Kept until the answer is durable, also when the form is closed: it may have been closed by mistake.
  // oxlint-disable-next-line solid/reactivity
  const draft = useTextDraft(`deny/${props.permissionId}`)
  const text = draft.value
  const id = createUniqueId()
  let area!: HTMLTextAreaElement
  onMount(() => area.focus())
  const over = () => text().trim().length - denyMessageLimit
  const canDeny = () => text().trim() !== '' && over() <= 0
  const deny = async (): Promise<void> => {
    if (canDeny() && (await props.onDeny(text().trim()))) await draft.clear()
  }
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void deny()
      }}
      onKeyDown={(event) => {
        if (isKey(event, 'Escape')) {
          event.preventDefault()
          event.stopPropagation()
          props.onCancel()
        }
        if (isKey(event, 'Mod+Enter')) {
          event.preventDefault()
          void deny()
        }
      }}
    >
      <label for={`deny-${id}`}>{runWords.ask.message}</label>
      <textarea
        ref={area}
        id={`deny-${id}`}
        class={styles.area}
        rows="3"
        aria-invalid={over() > 0 ? 'true' : undefined}
        value={text()}
        onInput={(event) => draft.set(event.currentTarget.value)}
        aria-describedby={`deny-${id}-hint`}
      />
      <Problem text={over() > 0 ? uiWords.tooLong(over()) : draft.lost() ? uiWords.draftNotKept : undefined} />
      <p id={`deny-${id}-hint`}>{runWords.ask.messageHint}</p>
      <div class={styles.buttons}>
        <Button size={props.size} type="submit" disabled={!canDeny()}>
          {runWords.ask.sendDenial}
        </Button>
        <Button size={props.size} tone="ghost" onClick={() => props.onCancel()}>
          {runWords.cancel}
        </Button>
      </div>
    </form>
  )
}

function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name
}
