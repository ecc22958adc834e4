import { For, Match, Switch, createMemo } from 'solid-js'
import { diffTexts } from '#sync/core/plan/alignment/words.ts'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import styles from './comments.module.css'

/** Old and new of a suggestion, by words. */
export function SuggestedWords(props: { readonly from: string; readonly to: string }) {
  const pieces = createMemo(() => diffTexts(props.from, props.to))
  return (
    <p class={styles.change} dir="auto">
      <For each={pieces()}>
        {(piece) => (
          <Switch fallback={piece.text}>
            <Match when={piece.kind === 'removed'}>
              <del>
                <VisuallyHidden>{commentWords.takesOut}</VisuallyHidden>
                {piece.text}
              </del>
            </Match>
            <Match when={piece.kind === 'added'}>
              <ins>
                <VisuallyHidden>{commentWords.putsIn}</VisuallyHidden>
                {piece.text}
              </ins>
            </Match>
          </Switch>
        )}
      </For>
    </p>
  )
}
