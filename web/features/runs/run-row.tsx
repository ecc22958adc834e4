import {
  CalendarClock,
  Clock,
  CornerDownRight,
  FileDiff,
  ListChecks,
  Plug,
  Server,
  SquareTerminal,
  User,
  type IconNode,
} from 'lucide'
import { Show, createMemo } from 'solid-js'
import { displayState, type Run, type RunSource } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { useNow } from '../../state/clock.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { AgentTile, Avatar } from '../../ui/avatar.tsx'
import { Chip } from '../../ui/chip.tsx'
import { Icon } from '../../ui/icon.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { moneyWords } from '../../words/money.ts'
import { runsWords, sourceWords } from '../../words/runs.ts'
import { stateWords, intentWord } from '../../words/states.ts'
import { RunAsk } from './run-ask.tsx'
import { isQuiet, rowNote, rowTime } from './run-facts.ts'
import styles from './run-row.module.css'

export const sourceIcons: Record<RunSource, IconNode> = {
  WEB_APP: User,
  API: Plug,
  CLI: SquareTerminal,
  SCHEDULED_AGENT: CalendarClock,
  ORCHESTRATION: CornerDownRight,
  LOCAL: Server,
}

type RowProps = {
  readonly run: Run
  /** A start or a message was given here and the server does not have it yet. */
  readonly local: boolean
  /** A plain press of the title: the list decides (preview or page). */
  readonly onPick: () => void
}

/** One run on a wide screen: one line, and a second one where a person must decide. */
export function RunRow(props: RowProps) {
  const data = useTeamData()
  const now = useNow()
  const state = createMemo(() => displayState(props.run))
  const creator = () => data.members.get(keys.member(props.run.createdBy))
  const harness = () => data.harness(props.run.config.harness)
  const time = createMemo(() => rowTime(props.run, now()))
  const asks = useAsks(() => props.run)
  return (
    <div class={styles.row} data-quiet={isQuiet(props.run) ? '' : undefined}>
      <span role="gridcell" class={styles.state}>
        <StatusGlyph state={state()} />
      </span>
      <span role="gridcell" class={styles.title}>
        <TitleLink run={props.run} onPick={props.onPick} />
        <Note run={props.run} local={props.local} />
      </span>
      <span role="gridcell" class={styles.chips}>
        <Facts run={props.run} />
      </span>
      <span role="gridcell" class={styles.agent}>
        <AgentTile letters={harness().letters} />
        <span class={styles.cut}>{harness().name}</span>
      </span>
      <span role="gridcell" class={styles.host} title={props.run.hostName ?? props.run.config.host}>
        {props.run.hostName ?? props.run.config.host ?? runsWords.none}
      </span>
      <span role="gridcell" class={styles.source} title={sourceWords[props.run.source]}>
        <Icon of={sourceIcons[props.run.source]} size="sm" label={sourceWords[props.run.source]} />
      </span>
      <span role="gridcell" class={styles.creator}>
        <Show when={creator()}>{(member) => <Avatar name={member().name} hue={member().hue} />}</Show>
      </span>
      <span role="gridcell" class={styles.cost}>
        {moneyWords(props.run.usage?.costUsd)}
      </span>
      <span role="gridcell" class={styles.time}>
        {time()}
      </span>
      <Show when={asks()}>
        {(known) => (
          <span role="gridcell" class={styles.ask}>
            <RunAsk run={props.run} asks={known()} />
          </span>
        )}
      </Show>
    </div>
  )
}

/** One run on a phone: title and time, then what matters most; answers in thumb reach. */
export function PhoneRunRow(props: RowProps) {
  const data = useTeamData()
  const now = useNow()
  const me = useWorkspace().userId
  const state = createMemo(() => displayState(props.run))
  const note = () => rowNote(props.run, stopperOf(data, props.run), me)
  const time = createMemo(() => rowTime(props.run, now()))
  const asks = useAsks(() => props.run)
  return (
    <div
      class={styles.phone}
      data-needs={state() === 'needs' ? '' : undefined}
      data-quiet={isQuiet(props.run) ? '' : undefined}
    >
      <span role="gridcell" class={styles.state}>
        <StatusGlyph state={state()} size="lg" />
      </span>
      <span role="gridcell" class={styles.line}>
        <TitleLink run={props.run} onPick={props.onPick} />
        <span class={styles.time}>{time()}</span>
      </span>
      <Show
        when={asks()}
        fallback={
          <span role="gridcell" class={styles.second}>
            <Show when={!props.local || state() !== 'queued'} fallback={<Local phone />}>
              <Show
                when={note()}
                fallback={
                  <span class={styles.cut}>
                    {props.run.activity ?? secondLine(data.harness(props.run.config.harness).name, props.run)}
                  </span>
                }
              >
                {(said) => (
                  <span class={styles.said} data-tone={said().tone}>
                    {said().text}
                  </span>
                )}
              </Show>
            </Show>
          </span>
        }
      >
        {(known) => (
          <span role="gridcell" class={styles.second}>
            <RunAsk run={props.run} asks={known()} phone />
          </span>
        )}
      </Show>
    </div>
  )
}

/** The open question; once answered it stays, with its answer, until the agent goes on. */
function useAsks(run: () => Run) {
  return createMemo<Run['asks']>((before) => (run().state === 'BLOCKED' ? (run().asks ?? before) : undefined))
}

function secondLine(agent: string, run: Run): string {
  const facts = [agent, run.hostName ?? run.config.host]
  if (run.usage?.costUsd !== undefined) facts.push(moneyWords(run.usage.costUsd))
  return facts.filter((fact) => fact !== undefined).join(' · ')
}

/**
 * The title leads to the run's page for those who open it in a new tab; a plain press is the list's. So the router has no part in it, whose links cost more
 * than all else in a row.
 */
function TitleLink(props: { readonly run: Run; readonly onPick: () => void }) {
  return (
    <a
      href={`/runs/${props.run.id}`}
      class={styles.link}
      tabIndex={-1}
      title={props.run.title}
      onClick={(event: MouseEvent) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        event.stopPropagation()
        props.onPick()
      }}
    >
      {props.run.title}
      <VisuallyHidden>, {stateWords[displayState(props.run)]}</VisuallyHidden>
    </a>
  )
}

function Note(props: { readonly run: Run; readonly local: boolean }) {
  const data = useTeamData()
  const me = useWorkspace().userId
  const note = () => rowNote(props.run, stopperOf(data, props.run), me)
  return (
    <Show when={!props.local || displayState(props.run) !== 'queued'} fallback={<Local />}>
      <Show when={note()}>
        {(said) => (
          <span class={styles.note} data-tone={said().tone} title={said().text}>
            {said().text}
          </span>
        )}
      </Show>
    </Show>
  )
}

function Local(props: { readonly phone?: boolean }) {
  return (
    <span class={styles.local}>
      <Icon of={Clock} size="sm" />
      {intentWord('local', props.phone === true)}
    </span>
  )
}

function Facts(props: { readonly run: Run }) {
  const tasks = () => (isQuiet(props.run) ? undefined : props.run.tasks)
  const files = () => (props.run.files !== undefined && props.run.files.changed > 0 ? props.run.files : undefined)
  return (
    <>
      <Show when={tasks()}>
        {(known) => (
          <Chip icon={ListChecks} title={runsWords.tasks(known().done, known().total)}>
            {known().done}/{known().total}
          </Chip>
        )}
      </Show>
      <Show when={files()}>
        {(known) => (
          <Chip icon={FileDiff} title={runsWords.files(known().changed)}>
            {known().changed}
          </Chip>
        )}
      </Show>
    </>
  )
}

function stopperOf(data: ReturnType<typeof useTeamData>, run: Run) {
  return run.stop === undefined ? undefined : data.members.get(keys.member(run.stop.by))
}
