import { askWords } from '../words/answers.ts'
import { Link } from '@tanstack/solid-router'
import { Match, Show, Switch } from 'solid-js'
import type { PermissionId, RunId } from '#shared/ids.ts'
import { runsWords } from '../words/runs.ts'
import { Button, ButtonInside, buttonClass } from './button.tsx'
import { MachineText } from './text/visible.tsx'
import { visibleText } from './text/visible-text.ts'
import styles from './ask-line.module.css'

/** What can be done about a question from where it is shown. */
export type AskActions = {
  readonly runId: RunId
  readonly permissionId: PermissionId
  readonly mayAnswer: boolean
  /** The question itself is on this device, so that an answer can name exactly what was shown. */
  readonly isHere: boolean
  /** It may be allowed from here; else "Review" leads to the whole of it. */
  readonly allows: boolean
  readonly onAnswer: (kind: 'allow_once' | 'deny') => void
}

/**
 * A question in a list: what is asked for, then how it was settled or the buttons that answer it. Denying undoes nothing, so
 * it may be done at once.
 */
export function AskLine(props: {
  /** Of the subject; unknown ones are told like a question. */
  readonly kind: string | undefined
  readonly line: string
  /** "You denied this, 14:04" */
  readonly settled?: string | undefined
  /** What was asked for stays above how it was settled. */
  readonly keepsLine?: boolean | undefined
  /** Where this person's answer stands, in a word. */
  readonly intent?: string | undefined
  readonly problem?: string | undefined
  /** Below each other, for narrow places. */
  readonly stacked?: boolean | undefined
  readonly actions?: AskActions | undefined
}) {
  const settled = () => (
    <span class={styles.question}>
      {props.settled}
      <Show when={props.intent}>{(word) => <span class={styles.intent}> · {word()}</span>}</Show>
    </span>
  )
  return (
    <div
      class={styles.ask}
      data-stacked={props.stacked ? '' : undefined}
      data-whole={props.actions?.allows === true || props.keepsLine ? '' : undefined}
    >
      <Switch
        fallback={
          <span class={styles.question}>
            {runsWords.asks} {props.line}
          </span>
        }
      >
        <Match when={props.settled !== undefined && props.keepsLine !== true}>{settled()}</Match>
        <Match when={wantsOf(props.kind)}>
          {(wants) => (
            <span class={styles.wants}>
              <span class={styles.verb}>{wants()}</span>
              <MachineText class={styles.code} text={props.line} title={visibleText(props.line)} />
            </span>
          )}
        </Match>
      </Switch>
      <Show when={props.settled !== undefined && props.keepsLine === true}>{settled()}</Show>
      <Show when={props.problem}>
        <span class={styles.refused} role="alert">
          {props.problem}
        </span>
      </Show>
      <Show when={props.settled === undefined && props.actions}>
        {(actions) => <Answers actions={actions()} isQuestion={props.kind === 'question'} />}
      </Show>
    </div>
  )
}

function Answers(props: { readonly actions: AskActions; readonly isQuestion: boolean }) {
  return (
    <span class={styles.acts}>
      <Show
        when={props.actions.allows}
        fallback={
          <Link
            to="/runs/$runId"
            params={{ runId: props.actions.runId }}
            search={{ ask: props.actions.permissionId }}
            class={buttonClass}
            data-size="sm"
            data-tone={props.actions.mayAnswer ? 'turn' : 'plain'}
          >
            <ButtonInside>
              {!props.actions.mayAnswer ? runsWords.look : props.isQuestion ? runsWords.answer : runsWords.review}
            </ButtonInside>
          </Link>
        }
      >
        <Button size="sm" tone="turn" onClick={() => props.actions.onAnswer('allow_once')}>
          {askWords.allowOnce}
        </Button>
      </Show>
      <Show when={props.actions.mayAnswer && !props.isQuestion}>
        <Button size="sm" disabled={!props.actions.isHere} onClick={() => props.actions.onAnswer('deny')}>
          {runsWords.deny}
        </Button>
      </Show>
    </span>
  )
}

function wantsOf(kind: string | undefined): string | undefined {
  switch (kind) {
    case 'command':
    case 'edit':
    case 'tool':
      return runsWords.wants[kind]
    default:
      return undefined
  }
}
