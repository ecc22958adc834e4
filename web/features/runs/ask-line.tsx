import { Link } from '@tanstack/solid-router'
import { Match, Show, Switch, createSignal } from 'solid-js'
import { Permission } from '#shared/domain/permission.ts'
import { canAnswer } from '#shared/domain/policies.ts'
import type { Run } from '#shared/domain/run.ts'
import type { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useIds } from '../../state/platform.ts'
import { useQuery } from '../../state/query.ts'
import { usePending } from '../../state/sync-status.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button, ButtonInside, buttonClass } from '../../ui/button.tsx'
import { MachineText } from '../../ui/text/visible.tsx'
import { visibleText } from '../../ui/text/visible-text.ts'
import { answeredWords, optionWords } from '../../words/answers.ts'
import { intentPermissionId } from '../../words/intents.ts'
import { runWords } from '../../words/run.ts'
import { runsWords } from '../../words/runs.ts'
import { intentWord, type ShownIntent } from '../../words/states.ts'
import { refusalText } from '../../state/refusal-text.ts'
import styles from './ask-line.module.css'

/**
 * The question of a waiting run, in its row. Nothing is allowed from here: "Review" leads to the whole of it. Denying
 * undoes nothing, so it may be done at once; it names the digest of the question that this row showed.
 */
export function AskLine(props: {
  readonly run: Run
  readonly asks: NonNullable<Run['asks']>
  readonly phone?: boolean
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const [refused, setRefused] = createSignal<string | undefined>()
  const [busy, setBusy] = createSignal(false)
  const permission = useQuery(() => {
    const key = keys.permission(props.run.id, props.asks.permissionId)
    return (tx) => getRow(tx, key, Permission)
  })
  const answered = () => {
    const known = permission.value
    if (known?.state !== 'answered' || known.answer === undefined) return undefined
    return {
      request: known.request,
      answer: known.answer,
      by: known.answeredBy,
      at: known.answeredAt ?? known.request.askedAt,
      delivery: known.delivery,
    }
  }
  const answerer = (id: UserId | undefined): string => {
    if (id === workspace.userId) return runWords.you
    const name = id === undefined ? undefined : data.members.get(keys.member(id))?.name
    return name?.trim().split(/\s+/)[0] ?? runWords.somebody
  }
  const pending = usePending()
  /** Where this person's answer stands. */
  const intent = (): ShownIntent | undefined => {
    if (answered()?.by !== workspace.userId) return undefined
    const here = pending().some(
      (mutation) =>
        mutation.name === 'answerPermission' && intentPermissionId(mutation.args) === props.asks.permissionId,
    )
    return here ? 'local' : answered()?.delivery
  }
  const mayAnswer = () => canAnswer(data.me()?.role)
  const isQuestion = () => props.asks.kind === 'question'

  const deny = async () => {
    const shown = permission.value
    if (shown === undefined || busy()) return
    setBusy(true)
    setRefused(undefined)
    try {
      await workspace.mutate.answerPermission({
        runId: props.run.id,
        permissionId: props.asks.permissionId,
        deliveryId: ids.deliveryId(),
        digest: shown.request.digest,
        answer: { kind: 'deny' },
      })
    } catch (error) {
      setRefused(refusalText(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <div class={styles.ask} data-phone={props.phone ? '' : undefined}>
      <Switch
        fallback={
          <span class={styles.question}>
            {runsWords.asks} {props.asks.line}
          </span>
        }
      >
        <Match when={answered()}>
          {(known) => (
            <span class={styles.question}>
              {answeredWords(
                answerer(known().by),
                known().answer,
                known().at,
                optionWords(known().request, known().answer),
              )}
              <Show when={intent()}>
                {(state) => <span class={styles.intent}> · {intentWord(state(), props.phone === true)}</span>}
              </Show>
            </span>
          )}
        </Match>
        <Match when={wantsOf(props.asks.kind)}>
          {(wants) => (
            <span class={styles.wants}>
              <span class={styles.verb}>{wants()}</span>
              <MachineText class={styles.code} text={props.asks.line} title={visibleText(props.asks.line)} />
            </span>
          )}
        </Match>
      </Switch>
      <Show when={refused()}>
        <span class={styles.refused} role="alert">
          {refused()}
        </span>
      </Show>
      <Show when={answered() === undefined}>
        <span class={styles.acts}>
          <Link
            to="/runs/$runId"
            params={{ runId: props.run.id }}
            class={buttonClass}
            data-size="sm"
            data-tone={mayAnswer() ? 'turn' : 'plain'}
            onClick={(event: MouseEvent) => event.stopPropagation()}
          >
            <ButtonInside>
              {!mayAnswer() ? runsWords.look : isQuestion() ? runsWords.answer : runsWords.review}
            </ButtonInside>
          </Link>
          <Show when={mayAnswer() && !isQuestion()}>
            <Button
              size="sm"
              disabled={permission.value === undefined}
              onClick={(event) => {
                event.stopPropagation()
                void deny()
              }}
            >
              {runsWords.deny}
            </Button>
          </Show>
        </span>
      </Show>
    </div>
  )
}

function wantsOf(kind: string): string | undefined {
  switch (kind) {
    case 'command':
    case 'edit':
    case 'tool':
      return runsWords.wants[kind]
    default:
      return undefined
  }
}
