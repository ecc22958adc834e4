import { FolderGit2, GitBranch, GitPullRequest, Package, Server, Square } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { displayState, hasEnded, type Run } from '#shared/domain/run.ts'
import { RunFiles, RunTasks } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { Transcript } from '#sync/client/workspace.ts'
import { useNow } from '../../state/clock.ts'
import { useQuery } from '../../state/query.ts'
import { useStopRun } from '../../state/stop-run.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { AgentTile, Avatar } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { createPart } from '../../ui/part.ts'
import { useKeptFocus } from '../../ui/kept-focus.ts'
import { RailFacts, RailSection, RailTasks, railStyles } from '../../ui/rail/rail.tsx'
import { StateWord } from '../../ui/state-word.tsx'
import { StopDialog } from '../../ui/stop-dialog.tsx'
import { PlusMinus } from '../../ui/text/plus-minus.tsx'
import { PathText, VisibleText } from '../../ui/text/visible.tsx'
import { Time } from '../../ui/time.tsx'
import { failureWhat } from '../../words/failures.ts'
import { moneyWords } from '../../words/money.ts'
import { runWords } from '../../words/run.ts'
import { previewWords, runsWords, stopWords } from '../../words/runs.ts'
import { spanWords } from '../../words/time.ts'
import styles from './run-preview.module.css'

const words = createPart(() => import('../../ui/pull-words.tsx'))

/** What the chosen run does, beside the list. */
export function RunPreview(props: { readonly run: Run | undefined; readonly onOpen: (runId: RunId) => void }) {
  return (
    <aside class={styles.preview} aria-label={previewWords.label}>
      <Show when={props.run} fallback={<EmptyState text={previewWords.nothing} />}>
        {(run) => <Preview run={run()} onOpen={props.onOpen} />}
      </Show>
    </aside>
  )
}

/** How it stands, as far as somebody has looked; the words come after the page. */
function PullState(props: { readonly pull: NonNullable<Run['pullRequest']> }) {
  createEffect(() => props.pull.state !== undefined && void words.want())
  return (
    <Show when={props.pull.state}>
      {(state) => (
        <Show when={words.here()}>
          {(part) => <Dynamic component={part().PullWords} pull={{ state: state(), checks: props.pull.checks }} />}
        </Show>
      )}
    </Show>
  )
}

function Preview(props: { readonly run: Run; readonly onOpen: (runId: RunId) => void }) {
  const data = useTeamData()
  const stopRun = useStopRun()
  const transcript = useTranscript(() => props.run.id)
  const tasks = useQuery(() => (tx) => getRow(tx, keys.tasks, RunTasks), { source: transcript, key: null })
  const files = useQuery(() => (tx) => getRow(tx, keys.files, RunFiles), { source: transcript, key: null })
  // The list may choose another run while the question stands.
  const [asked, setAsked] = createSignal<RunId>()
  const state = createMemo(() => displayState(props.run))
  const harness = () => data.harness(props.run.config.harness)
  const creator = () => data.members.get(keys.member(props.run.createdBy))
  const mayStop = () => !hasEnded(props.run.state) && props.run.stop === undefined && canSteerRuns(data.me()?.role)
  const rightNow = () =>
    hasEnded(props.run.state) ? undefined : (props.run.asks?.line ?? props.run.tasks?.current ?? props.run.activity)
  const handleStop = async (): Promise<string | undefined> => {
    const runId = asked()
    return runId === undefined ? undefined : stopRun(runId)
  }
  let head!: HTMLDivElement
  let open!: HTMLButtonElement
  // The stop button goes once it has done its work.
  useKeptFocus(
    () => head,
    () => open.focus(),
  )

  return (
    <>
      <div ref={head} class={styles.head}>
        <StateWord state={state()} />
        <span class={styles.grow} />
        <Show when={mayStop()}>
          <IconButton icon={Square} label={stopWords.label} onClick={() => setAsked(props.run.id)} />
        </Show>
        <Button ref={open} keys="↵" onClick={() => props.onOpen(props.run.id)}>
          {previewWords.open}
        </Button>
      </div>
      <div class={styles.body}>
        <section class={`${railStyles.section} ${styles.first}`}>
          <h2 class={styles.title}>{props.run.title}</h2>
          <Show when={state() === 'failed'}>
            <p class={styles.why}>{failureWhat(props.run.reason)}</p>
          </Show>
          <RailFacts>
            <dt>{previewWords.agent}</dt>
            <dd>
              <AgentTile letters={harness().letters} />
              {harness().name}
            </dd>
            <dt>{previewWords.host}</dt>
            <dd>
              <Icon of={Server} size="sm" />
              <span class={styles.cut}>{props.run.hostName ?? props.run.config.host ?? runsWords.anyHost}</span>
            </dd>
            <Show when={props.run.config.repository}>
              {(repository) => (
                <>
                  <dt>{previewWords.repository}</dt>
                  <dd>
                    <Icon of={FolderGit2} size="sm" />
                    <span class={styles.cut} title={repository().url}>
                      {repositoryName(repository().url)}
                    </span>
                  </dd>
                </>
              )}
            </Show>
            <Show when={props.run.branch ?? props.run.config.repository?.branch}>
              {(branch) => (
                <>
                  <dt>{previewWords.branch}</dt>
                  <dd>
                    <Icon of={GitBranch} size="sm" />
                    <PathText path={branch()} />
                  </dd>
                </>
              )}
            </Show>
            <Show when={props.run.pullRequest}>
              {(pull) => (
                <>
                  <dt>{previewWords.pullRequest}</dt>
                  <dd>
                    <Icon of={GitPullRequest} size="sm" />
                    <a
                      class={styles.cut}
                      href={pull().url}
                      target="_blank"
                      rel="noopener noreferrer"
                      title={pull().url}
                    >
                      {pull().title}
                    </a>
                    <PullState pull={pull()} />
                  </dd>
                </>
              )}
            </Show>
            <dt>{previewWords.startedBy}</dt>
            <dd>
              <Show when={creator()}>{(member) => <Avatar name={member().name} hue={member().hue} decorative />}</Show>
              <span class={styles.numbers}>
                {[creator()?.name.split(' ')[0], ''].filter((part) => part !== undefined).join(', ')}
                <Time at={props.run.createdAt} form="when" />
              </span>
            </dd>
            <dt>{previewWords.spent}</dt>
            <dd>
              <Spent run={props.run} />
            </dd>
          </RailFacts>
        </section>
        <Show when={rightNow()}>
          {(line) => (
            <RailSection title={previewWords.now} level={3}>
              <p class={styles.now}>
                <VisibleText text={line()} />
              </p>
            </RailSection>
          )}
        </Show>
        <Show when={tasks.value?.tasks.length ? tasks.value.tasks : undefined}>
          {(list) => <RailTasks tasks={list()} ended={hasEnded(props.run.state)} level={3} />}
        </Show>
        <Show when={files.value !== undefined && files.value.files.length > 0 ? files.value : undefined}>
          {(changed) => <Files files={changed()} totals={props.run.files} />}
        </Show>
        <Show when={props.run.artifacts}>
          {(count) => (
            <RailSection title={previewWords.artifacts} level={3}>
              <p class={styles.fact}>
                <Icon of={Package} size="sm" />
                {previewWords.artifactsOf(count())}
              </p>
            </RailSection>
          )}
        </Show>
        <RailSection title={previewWords.prompt} level={3}>
          <p class={styles.prompt} dir="auto">
            {props.run.prompt}
          </p>
        </RailSection>
      </div>
      <StopDialog
        open={asked() !== undefined}
        onOpenChange={() => setAsked(undefined)}
        onStop={handleStop}
        onFocusLost={() => open.focus()}
      />
    </>
  )
}

function Spent(props: { readonly run: Run }) {
  const now = useNow()
  const span = createMemo(() => {
    const from = props.run.startedAt
    return from === undefined ? undefined : spanWords((props.run.endedAt ?? now()) - from)
  })
  const parts = () =>
    [props.run.usage?.costUsd === undefined ? undefined : moneyWords(props.run.usage.costUsd), span()].filter(
      (part) => part !== undefined,
    )
  return <span class={styles.numbers}>{parts().join(' · ') || runsWords.none}</span>
}

const shownFiles = 8

function Files(props: { readonly files: RunFiles; readonly totals: Run['files'] }) {
  const sum = (side: 'added' | 'removed') =>
    props.totals?.[side] ?? props.files.files.reduce((total, file) => total + file[side], 0)
  const changed = () => sum('added') + sum('removed')
  const count = () => props.files.files.length + (props.files.more ?? 0)
  const shown = () => props.files.files.slice(0, shownFiles)
  return (
    <RailSection
      title={previewWords.files}
      level={3}
      end={
        <>
          {runWords.files.count(count())}
          <Show when={changed() > 0}>
            {' · '}
            <PlusMinus added={sum('added')} removed={sum('removed')} /> {previewWords.lines(changed())}
          </Show>
        </>
      }
    >
      <ul class={styles.files}>
        <For each={shown()}>
          {(file) => (
            <li>
              <span class={styles.path} data-status={file.status}>
                <PathText path={file.path} />
              </span>
              <span class={railStyles.end}>
                <Show when={file.added + file.removed > 0} fallback={runWords.files.status[file.status]}>
                  <PlusMinus added={file.added} removed={file.removed} />
                </Show>
              </span>
            </li>
          )}
        </For>
      </ul>
      <Show when={count() > shown().length}>
        <p class={styles.more}>{previewWords.moreFiles(count() - shown().length)}</p>
      </Show>
    </RailSection>
  )
}

/** Opens the run's space a moment after the choice rests, so that running down the list opens nothing. */
function useTranscript(runId: () => RunId): () => Transcript | undefined {
  const workspace = useWorkspace()
  const [transcript, setTranscript] = createSignal<Transcript | undefined>()
  createEffect(
    on(runId, (id) => {
      let opened: Transcript | undefined
      const timer = setTimeout(() => {
        opened = workspace.openTranscript(id)
        setTranscript(opened)
      }, 150)
      onCleanup(() => {
        clearTimeout(timer)
        setTranscript(undefined)
        opened?.close()
      })
    }),
  )
  return transcript
}

/** The last two parts of an address or a path: enough to tell it by. */
function repositoryName(url: string): string {
  const parts = url
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split(/[/:]/)
  return parts.slice(-2).join('/') || url
}
