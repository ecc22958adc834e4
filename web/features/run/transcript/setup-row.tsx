import { Box, SquareTerminal } from 'lucide'
import { For, Show, createMemo } from 'solid-js'
import type { ToolStatus } from '#shared/domain/transcript.ts'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { runWords, durationWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { RunOutput } from '../text/run-output.tsx'
import { MachineText } from '../../../ui/text/visible.tsx'
import { Line, lineStyles } from './line.tsx'
import type { EntryOf } from './entry-of.ts'
import styles from './setup-row.module.css'

/** The steps that make the sandbox ready: open while they run or when one failed, one line once all is done. */
export function SetupRow(props: { readonly id: string; readonly steps: readonly EntryOf<'step'>[] }) {
  const scene = useScene()
  const summary = createMemo(() => {
    const done = props.steps.filter((step) => step.body.status === 'completed').length
    const failed = props.steps.some((step) => step.body.status === 'failed')
    const running = props.steps.some((step) => step.body.status === 'in_progress' || step.body.status === 'pending')
    const stopped = props.steps.some((step) => step.body.status === 'cancelled')
    const from = props.steps[0]?.body.startedAt
    const to = props.steps.at(-1)?.body.endedAt
    return { done, failed, running, stopped, took: from === undefined || to === undefined ? undefined : to - from }
  })
  const open = () => scene.isOpen(props.id, summary().running || summary().failed)
  return (
    <div class={styles.setup} data-open={open() ? '' : undefined}>
      <Line
        icon={Box}
        open={open()}
        onToggle={(next) => scene.setOpen(props.id, next)}
        tone={summary().failed ? 'failed' : 'plain'}
        head={open()}
        end={
          <>
            <span class={summary().failed ? lineStyles.failed : undefined}>
              {summary().failed
                ? runWords.setup.failed
                : summary().running
                  ? runWords.setup.running(summary().done, props.steps.length)
                  : summary().stopped
                    ? runWords.setup.stopped
                    : runWords.setup.done(props.steps.length, summary().took)}
            </span>
            <StatusGlyph
              state={
                summary().failed ? 'failed' : summary().running ? 'working' : summary().stopped ? 'cancelled' : 'done'
              }
              size="sm"
            />
          </>
        }
      >
        <b>{runWords.setup.title}</b>
      </Line>
      <Show when={open()}>
        <ul class={styles.steps}>
          <For each={props.steps.map((step) => step.id)}>
            {(id) => <Show when={props.steps.find((step) => step.id === id)}>{(step) => <Step step={step()} />}</Show>}
          </For>
        </ul>
      </Show>
    </div>
  )
}

function Step(props: { readonly step: EntryOf<'step'> }) {
  const scene = useScene()
  const body = () => props.step.body
  const isLive = () => body().status === 'in_progress' || body().status === 'failed'
  const open = () => scene.isOpen(props.step.id, isLive())
  const took = () => (body().endedAt === undefined ? undefined : (body().endedAt ?? 0) - body().startedAt)
  return (
    <li id={`e-${props.step.n}`}>
      <Line
        icon={SquareTerminal}
        open={open()}
        onToggle={(next) => scene.setOpen(props.step.id, next)}
        tone={body().status === 'failed' ? 'failed' : 'plain'}
        head
        end={
          <>
            <Show when={body().exitCode !== undefined && body().exitCode !== 0}>
              <span class={lineStyles.failed}>{runWords.tool.exit(body().exitCode ?? 0)}</span>
            </Show>
            <Show when={took()}>{(ms) => <span>{durationWords(ms())}</span>}</Show>
            <StatusGlyph state={stepGlyphs[body().status]} size="sm" />
          </>
        }
      >
        <Show when={body().command} fallback={<span>{body().title}</span>}>
          <b>{body().title}</b>
          <MachineText text={body().command ?? ''} class={styles.command} />
        </Show>
      </Line>
      <Show when={open()}>
        <RunOutput text={body().output} running={body().status === 'in_progress'} n={props.step.n} />
      </Show>
    </li>
  )
}

const stepGlyphs: Record<ToolStatus, 'queued' | 'working' | 'done' | 'failed' | 'cancelled'> = {
  pending: 'queued',
  in_progress: 'working',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}
