import { Link } from '@tanstack/solid-router'
import { FlaskConical } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { wholeText } from '#shared/domain/bounded-text.ts'
import type { Environment } from '#shared/domain/environment.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { displayState } from '#shared/domain/run.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { useIds } from '../../state/platform.ts'
import { refusalText } from '../../state/refusal-text.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { MachineText } from '../../ui/text/visible.tsx'
import { Time } from '../../ui/time.tsx'
import { environmentWords } from '../../words/environments.ts'
import { stateWords } from '../../words/states.ts'
import { Section } from './environment-fields.tsx'
import { TestState } from './test-state.tsx'
import styles from './environments.module.css'

/** It only names who would act; a set-up alone starts nobody. */
const harness = HarnessId.parse('runbook')

/** Makes the environment ready on a machine, without an agent, and shows how it goes. */
export function TestSection(props: {
  readonly of: Environment
  readonly mayStart: boolean
  readonly unsaved: boolean
}) {
  const words = environmentWords.test
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const [refused, setRefused] = createSignal<string>()
  const run = createMemo(() => {
    const id = props.of.test?.runId
    return id === undefined ? undefined : data.runs.get(keys.run(id))
  })
  const start = async (): Promise<void> => {
    setRefused(undefined)
    const { id, spec } = props.of
    await workspace.mutate
      .createRun({
        runId: ids.runId(),
        promptId: ids.promptId(),
        prompt: words.prompt(spec.name),
        title: words.title(spec.name),
        config: { harness, sandbox: spec.sandbox ?? 'docker', environmentId: id, setUpOnly: true },
      })
      .catch((error: unknown) => setRefused(refusalText(error)))
  }
  const going = () => props.of.test?.state === 'going'
  return (
    <Section title={environmentWords.section.test} text={environmentWords.section.testText}>
      <div class={styles.line}>
        <Button icon={FlaskConical} disabled={!props.mayStart || going()} onClick={() => void start()}>
          {props.of.test === undefined ? words.act : words.again}
        </Button>
        <Show when={props.of.test} fallback={<span class={styles.why}>{words.never}</span>}>
          {(test) => (
            <>
              <Show when={going() && run()} fallback={<TestState test={test()} />}>
                {(at) => (
                  <span class={styles.state}>
                    <StatusGlyph state={displayState(at())} decorative size="sm" />
                    {at().reason?.text ?? stateWords[displayState(at())]}
                  </span>
                )}
              </Show>
              <span class={styles.why}>
                <Show when={test().revision}>{(n) => <>{words.revision(n())} · </>}</Show>
                <Time at={test().endedAt ?? test().startedAt} form="when" />
              </span>
            </>
          )}
        </Show>
      </div>
      <p class={styles.said} role="alert">
        {refused()}
      </p>
      <Show when={props.unsaved}>
        <p class={styles.why}>{words.unsaved}</p>
      </Show>
      <Show when={!going() && props.of.test?.revision !== undefined && props.of.test.revision < props.of.revision}>
        <p class={styles.why}>{words.older(props.of.test?.revision ?? 1)}</p>
      </Show>
      <Show when={props.of.test?.runId} keyed>
        {(runId) => <TestLog runId={runId} />}
      </Show>
    </Section>
  )
}

type Step = TranscriptEntry & { readonly body: Extract<TranscriptEntry['body'], { kind: 'step' }> }

const glyphs = {
  pending: 'queued',
  in_progress: 'working',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
} as const
const shownLetters = 4000

/** The steps as they come, with what the one that runs or failed printed last. */
function TestLog(props: { readonly runId: RunId }) {
  const workspace = useWorkspace()
  const [entries, setEntries] = createSignal<readonly TranscriptEntry[]>([])
  createEffect(
    on(
      () => props.runId,
      (runId) => {
        const transcript = workspace.openTranscript(runId)
        const stop = transcript.subscribeEntries((view) => setEntries(view.entries))
        onCleanup(() => {
          stop()
          transcript.close()
        })
      },
    ),
  )
  const steps = createMemo(() => entries().filter((entry): entry is Step => entry.body.kind === 'step'))
  const printed = (step: Step): string => {
    const { output, status } = step.body
    if (output === undefined || status === 'completed') return ''
    return (wholeText(output) ?? output.tail).slice(-shownLetters)
  }
  return (
    <>
      <ol class={styles.steps} aria-label={environmentWords.test.steps}>
        <For each={steps().map(({ id }) => id)}>
          {(id) => (
            <Show when={steps().find((step) => step.id === id)}>
              {(step) => (
                <li class={styles.step}>
                  <StatusGlyph state={glyphs[step().body.status]} size="sm" />
                  <span>{step().body.title}</span>
                  <Show when={printed(step())}>
                    {(text) => (
                      <pre class={styles.output} tabindex="0" aria-label={step().body.title}>
                        <MachineText text={text()} />
                      </pre>
                    )}
                  </Show>
                </li>
              )}
            </Show>
          )}
        </For>
      </ol>
      <Link to="/runs/$runId" params={{ runId: props.runId }} class={styles.link}>
        {environmentWords.test.log}
      </Link>
    </>
  )
}
