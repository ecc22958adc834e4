import { CircleSlash, ListChecks, ShieldCheck, ShieldX } from 'lucide'
import { Show } from 'solid-js'
import { hasEnded, type RunState } from '#shared/domain/run.ts'
import { Chip } from '../../../ui/chip.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { Time } from '../../../ui/time.tsx'
import { answeredWords, ruledWords } from '../../../words/answers.ts'
import { failureWords } from '../../../words/failures.ts'
import { bytesWords, runWords } from '../../../words/run.ts'
import { clockWords } from '../../../words/time.ts'
import { ArtifactLink, artifactIcon } from '../artifact-link.tsx'
import { useScene } from '../scene.ts'
import { TasksBar, countTasks } from '../../../ui/rail/tasks-bar.tsx'
import { MachineText } from '../../../ui/text/visible.tsx'
import { Line, lineStyles } from './line.tsx'
import type { EntryOf } from './entry-of.ts'
import styles from './marker-entries.module.css'

/** "Updated [Tasks 3 of 5]" */
export function TasksEntry(props: { readonly entry: EntryOf<'tasks'> }) {
  const tasks = () => props.entry.body.tasks
  return (
    <Line icon={ListChecks}>
      <b>{runWords.tasks.updated}</b>
      <span class={styles.chip}>
        <Chip>
          {runWords.tasks.title} {runWords.tasks.progress(countTasks(tasks()).done, tasks().length)}
          <TasksBar tasks={tasks()} small />
        </Chip>
      </span>
    </Line>
  )
}

/** "You allowed this once, 14:04", and what it was. */
export function PermissionEntry(props: { readonly entry: EntryOf<'permission'> }) {
  const scene = useScene()
  const outcome = () => props.entry.body.outcome
  const isDenied = () => {
    const now = outcome()
    return now?.kind === 'answered' && now.answer.kind === 'deny'
  }
  const words = (): string => {
    const now = outcome()
    if (now === undefined) return ''
    if (now.kind === 'lapsed') return runWords.ask.lapsed
    if (now.profile !== undefined) {
      const decision = now.answer.kind === 'deny' ? 'deny' : 'allow'
      return ruledWords({ decision, profile: now.profile }, now.at)
    }
    return answeredWords(scene.callName(now.by), now.answer, now.at, now.option)
  }
  const message = (): string | undefined => {
    const now = outcome()
    return now?.kind === 'answered' ? now.answer.message : undefined
  }
  return (
    <>
      <Line icon={outcome()?.kind === 'lapsed' ? CircleSlash : isDenied() ? ShieldX : ShieldCheck}>
        <span class={styles.outcome}>{words()}</span>
        <MachineText text={props.entry.body.line} class={styles.line} />
      </Line>
      <Show when={message()}>{(text) => <blockquote class={styles.message}>{text()}</blockquote>}</Show>
    </>
  )
}

const endGlyphs: Partial<Record<RunState, 'done' | 'failed' | 'cancelled'>> = {
  SUCCEEDED: 'done',
  FAILED: 'failed',
  ERROR: 'failed',
  CANCELLED: 'cancelled',
}

/** An end of the run, or a change of state that has a reason. */
export function StateEntry(props: { readonly entry: EntryOf<'state'> }) {
  const body = () => props.entry.body
  const glyph = () => endGlyphs[body().state]
  const words = (): string => {
    const reason = body().reason
    if (reason === undefined) return ''
    return glyph() === 'failed' ? failureWords(reason) : reason.text
  }
  return (
    <div class={styles.state} data-end={hasEnded(body().state) ? (glyph() ?? '') : undefined}>
      <StatusGlyph state={glyph() ?? 'queued'} size="sm" decorative />
      <p>
        <b class={glyph() === 'failed' ? lineStyles.failed : undefined}>{runWords.states[body().state]}</b>
        <Show when={words()}>{(text) => <span> · {text()}</span>}</Show>
      </p>
      <span class={styles.time}>
        <Time at={props.entry.at} form="when" />
      </span>
    </div>
  )
}

export function ArtifactEntry(props: { readonly entry: EntryOf<'artifact'> }) {
  const artifact = () => props.entry.body.artifact
  return (
    <Line
      icon={artifactIcon(artifact().kind)}
      end={
        <span>
          {artifact().detail ??
            (artifact().bytes === undefined ? clockWords(props.entry.at) : bytesWords(artifact().bytes ?? 0))}
        </span>
      }
    >
      <Show when={artifact().kind !== 'diff'}>
        <b>{runWords.artifact.added}</b>
      </Show>
      <ArtifactLink artifact={artifact()} />
    </Line>
  )
}
