import { For, Show } from 'solid-js'
import { Avatar } from '../../../ui/avatar.tsx'
import { runWords } from '../../../words/run.ts'
import type { Watcher } from '../watchers.ts'
import styles from './run-header.module.css'

/** Who looks at the run now; whoever writes is marked. */
export function WatcherList(props: { readonly watchers: readonly Watcher[] }) {
  const names = (): string[] => props.watchers.map((watcher) => watcher.person.name)
  return (
    <Show when={props.watchers.length > 0}>
      <span class={styles.watchers} role="group" aria-label={runWords.watching(names())}>
        <For each={props.watchers.slice(0, 4)}>
          {(watcher) => (
            <span class={styles.watcher} data-typing={watcher.typing ? '' : undefined}>
              <Avatar name={watcher.person.name} hue={watcher.person.hue} size="lg" decorative />
            </span>
          )}
        </For>
        <Show when={props.watchers.length > 4}>
          <span class={styles.moreWatchers}>+{props.watchers.length - 4}</span>
        </Show>
      </span>
    </Show>
  )
}
