import { For, Match, Show, Switch, createMemo } from 'solid-js'
import { Artifact, RunFiles, RunTasks } from '#shared/domain/transcript.ts'
import { hasEnded } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { RailFacts, RailSection, RailTasks, railStyles } from '../../../ui/rail/rail.tsx'
import { Time } from '../../../ui/time.tsx'
import { useQuery } from '../../../state/query.ts'
import { profileWords } from '../../../words/profiles.ts'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { PathText } from '../../../ui/text/visible.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { Artifacts } from './artifacts.tsx'
import { ProfileFact } from './profile-fact.tsx'
import { Spent } from './spent.tsx'
import { SavedWorkspace } from './saved-workspace.tsx'
import { RunSecrets } from './run-secrets.tsx'
import styles from './run-rail.module.css'

/** Beside the transcript: what is to do, what changed, what came of it, what it cost, where it runs. */
export function RunRail(props: { readonly model: TranscriptModel; readonly flush?: boolean | undefined }) {
  const scene = useScene()
  const source = () => props.model.source
  const tasks = useQuery(() => (tx) => getRow(tx, keys.tasks, RunTasks), { source, key: null })
  const files = useQuery(() => (tx) => getRow(tx, keys.files, RunFiles), { source, key: 'path' })
  const artifacts = useQuery(() => (tx) => scanRows(tx, keys.artifacts, Artifact), { source })
  return (
    <div class={styles.rail} data-flush={props.flush ? '' : undefined}>
      <Show when={(tasks.value?.tasks.length ?? 0) > 0}>
        <RailTasks tasks={tasks.value?.tasks ?? []} ended={hasEnded(scene.run().state)} />
      </Show>
      <Show when={files.value}>{(known) => <Files files={known()} />}</Show>
      <Show when={(artifacts.value?.length ?? 0) > 0}>
        <Artifacts artifacts={artifacts.value ?? []} />
      </Show>
      <Show when={!scene.guest}>
        <SavedWorkspace source={source()} />
      </Show>
      <Spent />
      <Show when={scene.run().secrets}>{(secrets) => <RunSecrets secrets={secrets()} />}</Show>
      <Facts />
    </div>
  )
}

function Files(props: { readonly files: RunFiles }) {
  const scene = useScene()
  const sum = createMemo(() => ({
    added: props.files.files.reduce((total, file) => total + file.added, 0),
    removed: props.files.files.reduce((total, file) => total + file.removed, 0),
  }))
  return (
    <RailSection
      title={runWords.files.title}
      end={
        <Show when={props.files.files.length > 0}>
          {runWords.files.count(props.files.files.length + (props.files.more ?? 0))}
          <Show when={sum().added + sum().removed > 0}> · </Show>
          <PlusMinus added={sum().added} removed={sum().removed} />
        </Show>
      }
    >
      <Show when={props.files.files.length > 0} fallback={<p class={styles.none}>{runWords.files.none}</p>}>
        <ul class={styles.files}>
          <For each={props.files.files.slice(0, 60)}>
            {(file) => (
              <li>
                <button
                  type="button"
                  class={styles.file}
                  onClick={() => scene.showChanges(file.path)}
                  title={runWords.files.open}
                >
                  <span class={styles.path} data-status={file.status}>
                    <PathText path={file.path} />
                  </span>
                  <span class={railStyles.end}>
                    <Switch fallback={<PlusMinus added={file.added} removed={file.removed} />}>
                      <Match when={file.unread}>{(why) => runWords.diff.unreadShort[why()]}</Match>
                      <Match when={file.mode !== undefined && file.added + file.removed === 0}>
                        {runWords.diff.modeShort}
                      </Match>
                      <Match when={file.status === 'deleted' || file.binary || file.added + file.removed === 0}>
                        {runWords.files.status[file.status]}
                      </Match>
                    </Switch>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.files.files.length + (props.files.more ?? 0) - Math.min(60, props.files.files.length) > 0}>
          <button type="button" class={styles.file} onClick={() => scene.showChanges()}>
            {runWords.files.more(
              props.files.files.length + (props.files.more ?? 0) - Math.min(60, props.files.files.length),
            )}
          </button>
        </Show>
      </Show>
    </RailSection>
  )
}

function Facts() {
  const scene = useScene()
  const run = scene.run
  const by = () => scene.person(run().createdBy)
  return (
    <RailSection title={runWords.rail.facts}>
      <RailFacts>
        <dt>{runWords.rail.startedBy}</dt>
        <dd>
          <Show when={by()} fallback={runWords.somebody}>
            {(person) => (
              <>
                <Avatar name={person().name} hue={person().hue} size="sm" decorative /> <span>{person().name}</span>
              </>
            )}
          </Show>
        </dd>
        <dt>{runWords.rail.started}</dt>
        <dd>
          <Time at={run().createdAt} form="when" />
        </dd>
        <Show when={run().hostName ?? run().config.host}>
          {(host) => (
            <>
              <dt>{runWords.rail.host}</dt>
              <dd>{host()}</dd>
            </>
          )}
        </Show>
        <dt>{runWords.rail.sandbox}</dt>
        <dd>{runWords.rail.sandboxes[run().config.sandbox]}</dd>
        <Show when={!scene.guest}>
          <dt>{profileWords.profile}</dt>
          <dd>
            <ProfileFact />
          </dd>
        </Show>
        <Show when={run().config.image}>
          {(image) => (
            <>
              <dt>{runWords.rail.image}</dt>
              <dd>
                <code>{image()}</code>
              </dd>
            </>
          )}
        </Show>
        <Show when={run().config.model}>
          {(model) => (
            <>
              <dt>{runWords.rail.model}</dt>
              <dd>{model()}</dd>
            </>
          )}
        </Show>
        <Show when={run().config.repository}>
          {(repository) => (
            <>
              <dt>{runWords.rail.repository}</dt>
              <dd>
                <PathText path={repository().url} />
              </dd>
            </>
          )}
        </Show>
        <Show when={run().branch}>
          {(branch) => (
            <>
              <dt>{runWords.rail.branch}</dt>
              <dd>
                <PathText path={branch()} />
              </dd>
            </>
          )}
        </Show>
      </RailFacts>
    </RailSection>
  )
}
