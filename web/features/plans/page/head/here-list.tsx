import { For, Show } from 'solid-js'
import { AgentTile, Avatar } from '../../../../ui/avatar.tsx'
import { planWords } from '../../../../words/plan.ts'
import type { Someone } from '../../editor/parts/caret.ts'
import styles from './plan-head.module.css'

const most = 4

/** Who else is in the plan now: people round, agents square. */
export function HereList(props: { readonly people: readonly Someone[] }) {
  return (
    <Show when={props.people.length > 0}>
      <span class={styles.here} role="group" aria-label={planWords.here(props.people.map(({ name }) => name))}>
        <For each={props.people.slice(0, most)}>
          {(someone) => (
            <span class={styles.someone} data-agent={someone.userId === undefined ? '' : undefined}>
              <Show
                when={someone.userId !== undefined && (someone.hue ?? 1)}
                fallback={<AgentTile letters={someone.letters ?? someone.name.slice(0, 2)} size="lg" />}
              >
                {(hue) => <Avatar name={someone.name} hue={hue()} size="lg" decorative />}
              </Show>
            </span>
          )}
        </For>
        <Show when={props.people.length > most}>
          <span class={styles.more}>+{props.people.length - most}</span>
        </Show>
      </span>
    </Show>
  )
}
