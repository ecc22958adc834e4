import { Link } from '@tanstack/solid-router'
import { Match, Show, Switch, createEffect, createMemo, createSignal } from 'solid-js'
import type { SharedGate } from '#shared/protocol/shared-run.ts'
import { useChooseTeam } from '../../../state/choose-team.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { Button, ButtonInside, buttonClass } from '../../../ui/button.tsx'
import { Note } from '../../../ui/note.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { shareWords } from '../../../words/share.ts'

const words = shareWords.page

/** The link is right, and this person is not let in by it alone. */
export function GuestGate(props: {
  readonly gate: SharedGate
  /** Where to come back to. */
  readonly here: string
  readonly onAsk: () => Promise<void>
  readonly onTeam: () => Promise<void>
}) {
  const notNamed = createMemo(() => (props.gate.gate === 'not_named' ? props.gate : undefined))
  const member = createMemo(() => (props.gate.gate === 'member' ? props.gate : undefined))
  return (
    <Switch
      fallback={
        <Note title={words.signInTitle} text={words.signInText}>
          <SignInLink here={props.here} />
        </Note>
      }
    >
      <Match when={notNamed()}>
        {(gate) => (
          <Note title={words.notNamedTitle} text={words.notNamedText(gate().email)}>
            <AskButton
              label={words.askView}
              asked={gate().asked === undefined ? undefined : 'view'}
              onAsk={props.onAsk}
            />
          </Note>
        )}
      </Match>
      <Match when={member()}>
        {(gate) => <TeamsOwn teamId={gate().teamId} chosen={gate().chosen} onTeam={props.onTeam} />}
      </Match>
    </Switch>
  )
}

export function SignInLink(props: { readonly here: string; readonly small?: boolean | undefined }) {
  return (
    <Link
      to="/sign-in"
      search={{ next: props.here }}
      class={buttonClass}
      data-tone={props.small ? 'plain' : 'ink'}
      data-size={props.small ? 'md' : 'lg'}
    >
      <ButtonInside>{words.signIn}</ButtonInside>
    </Link>
  )
}

/** Asks once; then says so until there is an answer. */
export function AskButton(props: {
  readonly label: string
  readonly asked: 'view' | 'steer' | undefined
  readonly onAsk: () => Promise<void>
  readonly small?: boolean | undefined
}) {
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const ask = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await props.onAsk()
    } catch (error) {
      setProblem(refusalText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Show
        when={props.asked}
        fallback={
          <Button
            size={props.small ? 'md' : 'lg'}
            tone={props.small ? 'plain' : 'ink'}
            disabled={busy()}
            onClick={() => void ask()}
          >
            {props.label}
          </Button>
        }
      >
        {(asked) => (
          <p role="status">
            <b>{words.asked[asked()]}.</b> <Show when={!props.small}>{words.askedText}</Show>
          </p>
        )}
      </Show>
      <Problem text={problem()} />
    </>
  )
}

/** Whoever is in the run's team has the whole app for it. */
function TeamsOwn(props: { readonly teamId: string; readonly chosen: boolean; readonly onTeam: () => Promise<void> }) {
  const choose = useChooseTeam()
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  createEffect(() => {
    if (props.chosen) void props.onTeam()
  })
  const open = async (): Promise<void> => {
    setBusy(true)
    const { teamId, onTeam } = props
    const why = await choose(teamId)
    if (why === undefined) await onTeam()
    else setProblem(why)
    setBusy(false)
  }
  return (
    <Show when={!props.chosen}>
      <Note title={words.memberTitle} text={words.memberText}>
        <Button size="lg" tone="ink" disabled={busy()} onClick={() => void open()}>
          {words.openInTeam}
        </Button>
        <Problem text={problem()} />
      </Note>
    </Show>
  )
}
