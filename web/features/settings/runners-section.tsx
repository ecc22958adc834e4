import { CircleCheck, Unplug } from 'lucide'
import { For, Show } from 'solid-js'
import { canManageRunners } from '#shared/domain/policies.ts'
import type { Runner } from '#shared/domain/team.ts'
import { useTeamData } from '../../state/team-data.ts'
import { AgentTile } from '../../ui/avatar.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Time } from '../../ui/time.tsx'
import { aboutRunnerRows, runnerWords } from '../../words/settings.ts'
import { KeyList } from './key-list.tsx'
import { Section } from './section.tsx'
import styles from './settings.module.css'

export function RunnersSection() {
  const data = useTeamData()
  const manages = () => canManageRunners(data.me()?.role)
  const runners = () =>
    [...data.runners.all()].toSorted(
      (a, b) => Number(b.connected) - Number(a.connected) || a.name.localeCompare(b.name),
    )
  return (
    <>
      <Section title={runnerWords.runners} text={runnerWords.runnersText}>
        <Show
          when={runners().length > 0}
          fallback={
            <Show when={data.runners.loaded()}>
              <p class={styles.empty}>{runnerWords.none}</p>
            </Show>
          }
        >
          <div class={styles.cards}>
            <For each={runners()}>{(runner) => <RunnerCard runner={runner} />}</For>
          </div>
        </Show>
      </Section>
      <Show
        when={manages()}
        fallback={
          <Section title={runnerWords.keys}>
            <p class={styles.note}>{runnerWords.onlyAdmins}</p>
          </Section>
        }
      >
        <KeyList />
      </Show>
    </>
  )
}

function RunnerCard(props: { readonly runner: Runner }) {
  const sandboxes = () => props.runner.sandboxes.map((kind) => runnerWords.sandboxNames[kind]).join(', ')
  return (
    <article class={styles.runner} aria-label={props.runner.name}>
      <header class={styles.runnerHead}>
        <h3>{props.runner.name}</h3>
        <span class={styles.link} data-away={props.runner.connected ? undefined : ''}>
          <Icon of={props.runner.connected ? CircleCheck : Unplug} size="sm" />
          {props.runner.connected ? runnerWords.connected : runnerWords.away}
        </span>
        <span class={styles.rowMeta}>
          <Show
            when={props.runner.connected}
            fallback={
              <>
                {runnerWords.lastSeen} <Time at={props.runner.lastSeenAt} />
              </>
            }
          >
            <Show when={props.runner.connectedAt}>
              {(at) => (
                <>
                  {runnerWords.since} <Time at={at()} form="when" />
                </>
              )}
            </Show>
          </Show>
        </span>
      </header>
      <dl class={styles.facts}>
        <Show when={props.runner.problems.length > 0}>
          <dt>{runnerWords.problems}</dt>
          <dd>
            <ul class={styles.mend}>
              <For each={props.runner.problems}>{(problem) => <li>{problem}</li>}</For>
            </ul>
          </dd>
        </Show>
        <dt>{runnerWords.capacity}</dt>
        <dd>{runnerWords.runningOf(props.runner.running, props.runner.capacity)}</dd>
        <dt>{runnerWords.host}</dt>
        <dd>{props.runner.hostName}</dd>
        <dt>{runnerWords.system}</dt>
        <dd>{`${props.runner.platform} · Drover ${props.runner.version}`}</dd>
        <dt>{runnerWords.sandboxes}</dt>
        <dd>{sandboxes() || runnerWords.noSandboxes}</dd>
        <For each={props.runner.about === undefined ? [] : aboutRunnerRows(props.runner.about)}>
          {({ label, text }) => (
            <>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </>
          )}
        </For>
        <dt>{runnerWords.harnesses}</dt>
        <dd>
          <Show when={props.runner.harnesses.length > 0} fallback={runnerWords.noHarnesses}>
            <ul class={styles.harnesses}>
              <For each={props.runner.harnesses}>
                {(harness) => (
                  <li class={styles.harness} data-off={harness.unavailable === undefined ? undefined : ''}>
                    <AgentTile letters={harness.letters} />
                    <strong>
                      {harness.name}
                      <Show when={harness.version}>
                        {(version) => <span class={styles.rowMeta}> {version()}</span>}
                      </Show>
                    </strong>
                    <Show when={harness.unavailable}>{(why) => <span class={styles.rowMeta}>{why()}</span>}</Show>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </dd>
      </dl>
    </article>
  )
}
