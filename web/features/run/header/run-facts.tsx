import { Link } from '@tanstack/solid-router'
import { GitBranch, NotebookText, Pin as PinIcon, Server } from 'lucide'
import { Show, createMemo } from 'solid-js'
import { displayState } from '#shared/domain/run.ts'
import type { Pin } from '../../../state/kept.ts'
import { AgentTile } from '../../../ui/avatar.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { StateWord } from '../../../ui/state-word.tsx'
import { failureWhat } from '../../../words/failures.ts'
import { midSentence, runWords } from '../../../words/run.ts'
import { stateWords } from '../../../words/states.ts'
import { useScene } from '../scene.ts'
import styles from './run-header.module.css'

/** Under the title: how the run stands, whose it is, where it runs. */
export function RunFacts(props: { readonly pin: Pin }) {
  const scene = useScene()
  const state = createMemo(() => displayState(scene.run()))
  const words = (): string => {
    const run = scene.run()
    if (state() === 'cancelled' && run.stop !== undefined)
      return runWords.cancelledBy(midSentence(scene.callName(run.stop.by)))
    const reason = state() === 'queued' || state() === 'failed' ? failureWhat(run.reason) : ''
    return reason === '' ? stateWords[state()] : `${stateWords[state()]} · ${reason}`
  }
  // Nothing else on the page says what a run waits for; why one failed stands whole above the composer.
  const isWhole = (): boolean => state() === 'queued'
  return (
    <div class={styles.sub} data-whole={isWhole() ? '' : undefined}>
      <span class={styles.state} title={words()}>
        <StateWord state={state()} words={words()} wraps={isWhole()} />
      </span>
      <Show when={!scene.phone()}>
        <span class={styles.fact} title={runWords.agent(scene.agent().name)}>
          <AgentTile letters={scene.agent().letters} size="sm" />
          {scene.agent().name}
        </span>
      </Show>
      <Show when={!scene.guest && scene.run().plan}>
        {(plan) => (
          <Link
            to="/plans/$planId"
            params={{ planId: plan().planId }}
            class={styles.fact}
            data-cut=""
            title={runWords.ofPlan(plan().title, plan().part, plan().version)}
          >
            <Icon of={NotebookText} size="sm" />
            <span>{plan().part ?? plan().title}</span>
          </Link>
        )}
      </Show>
      <Show when={props.pin.state() !== 'no'}>
        <span
          class={styles.fact}
          title={props.pin.state() === 'here' ? runWords.keptOfflineTitle : runWords.comingOfflineTitle}
        >
          <Icon of={PinIcon} size="sm" />
          {props.pin.state() === 'here' ? runWords.keptOffline : runWords.comingOffline}
        </span>
      </Show>
      <Show when={scene.run().hostName}>
        {(host) => (
          <span class={styles.fact} title={runWords.host(host())}>
            <Show when={!scene.phone()}>
              <Icon of={Server} size="sm" />
            </Show>
            {host()}
          </span>
        )}
      </Show>
      <Show when={!scene.phone() && scene.run().branch}>
        {(branch) => (
          <span class={styles.fact} data-cut="" title={runWords.branch(branch())}>
            <Icon of={GitBranch} size="sm" />
            <code>{branch()}</code>
          </span>
        )}
      </Show>
    </div>
  )
}
