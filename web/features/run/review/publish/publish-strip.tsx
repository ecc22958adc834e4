import { X } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import { RunPublish, type PublishResults } from '#shared/domain/run-publish.ts'
import { fieldOf } from '#sync/client/intent-args.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows } from '../../../../state/rows.ts'
import { usePending } from '../../../../state/sync-status.ts'
import { useWorkspace } from '../../../../state/workspace.ts'
import { Button, IconButton } from '../../../../ui/button.tsx'
import { IntentMark } from '../../../../ui/intent-mark.tsx'
import { PathText } from '../../../../ui/text/visible.tsx'
import { publishWords as words } from '../../../../words/publish.ts'
import { useScene } from '../../scene.ts'
import styles from '../review-panel.module.css'
import own from './publish.module.css'

/** Commits and pull requests that are on their way, and those that did not come to pass. What came of the others stands beside the run. */
export function PublishStrip(props: { readonly onAgain: () => void }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const pending = usePending()
  const all = createRows(workspace, keys.publishesOf(scene.runId), RunPublish)
  const [dismissed, setDismissed] = createSignal<ReadonlySet<string>>(new Set())
  const shown = createMemo(() => {
    const waiting = new Set(
      pending().flatMap(({ name, args }) => (name === 'publishRun' ? [fieldOf(args, 'publishId')] : [])),
    )
    return all
      .all()
      .filter(({ id, state, by }) => {
        if (dismissed().has(id) || state === 'done') return false
        return state !== 'refused' || by === workspace.userId
      })
      .toSorted((a, b) => a.at - b.at)
      .map((one) => ({ one, intent: waiting.has(one.id) ? ('local' as const) : one.state }))
  })
  return (
    <Show when={shown().length > 0}>
      <ul class={styles.strip} aria-label={words.strip} aria-live="polite">
        <For each={shown()}>
          {({ one, intent }) => (
            <li class={styles.change}>
              <IntentMark state={intent} phone={scene.phone()} />
              <span class={styles.what}>
                {words.told[one.until]}: {one.title}
                <Show when={one.until !== 'commit'}>
                  {' '}
                  <PathText path={words.on(one.branch)} />
                </Show>
              </span>
              <Show when={one.state === 'refused'}>
                <span class={styles.why}>
                  {words.refused(one.refusal?.code ?? '', one.refusal?.detail)}
                  <Show when={one.results}>{(results) => <Results of={results()} />}</Show>
                </span>
                <Button size="sm" onClick={() => props.onAgain()}>
                  {words.again}
                </Button>
                <IconButton
                  icon={X}
                  size="sm"
                  label={words.dismiss}
                  onClick={() => setDismissed((before) => new Set([...before, one.id]))}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  )
}

/** Of several repositories, each. */
function Results(props: { readonly of: PublishResults }) {
  return (
    <ul class={own.results}>
      <For each={props.of}>
        {({ repository, state, refusal }) => (
          <li>
            <PathText path={repository} />:{' '}
            {state === 'refused' ? words.refused(refusal?.code ?? '', refusal?.detail) : words.result[state]}
          </li>
        )}
      </For>
    </ul>
  )
}
