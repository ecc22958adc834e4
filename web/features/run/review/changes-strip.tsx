import { X } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { IconButton } from '../../../ui/button.tsx'
import { IntentMark } from '../../../ui/intent-mark.tsx'
import { PathText } from '../../../ui/text/visible.tsx'
import { reviewWords } from '../../../words/review.ts'
import { useScene } from '../scene.ts'
import { useReviewScene } from './context.ts'
import styles from './review-panel.module.css'

/** Changes of files that are on their way, and those that did not come to pass. */
export function ChangesStrip() {
  const scene = useScene()
  const { review } = useReviewScene()
  const [dismissed, setDismissed] = createSignal<ReadonlySet<string>>(new Set())
  const shown = () => review.shownChanges().filter(({ change }) => !dismissed().has(change.id))
  return (
    <Show when={shown().length > 0}>
      <ul class={styles.strip} aria-label={reviewWords.changes.title} aria-live="polite">
        <For each={shown()}>
          {({ change, intent }) => (
            <li class={styles.change}>
              <IntentMark state={intent} phone={scene.phone()} />
              <span class={styles.what}>
                {reviewWords.changes.told[change.ops[0]?.kind ?? 'write']} <PathText path={change.ops[0]?.path ?? ''} />
                <Show when={change.count > 1}> {reviewWords.changes.more(change.count - 1)}</Show>
              </span>
              <Show when={change.state === 'refused'}>
                <span class={styles.why}>
                  {reviewWords.refused(change.refusal?.code ?? '', change.refusal?.detail)}
                </span>
                <IconButton
                  icon={X}
                  size="sm"
                  label={reviewWords.changes.dismiss}
                  onClick={() => setDismissed((before) => new Set([...before, change.id]))}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  )
}
