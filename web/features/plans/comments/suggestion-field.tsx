import { PencilLine } from 'lucide'
import { Show, createUniqueId } from 'solid-js'
import { suggestionLimit } from '#shared/domain/plan-comment.ts'
import { Button } from '../../../ui/button.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { uiWords } from '../../../words/ui.ts'
import styles from './comments.module.css'

/** What the marked words should say instead: asked for by a press, and beginning with what they say. */
export function SuggestionField(props: {
  readonly words: string
  /** `undefined`: nothing is suggested. */
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}) {
  const overId = createUniqueId()
  const over = () => (props.value?.length ?? 0) - suggestionLimit
  return (
    <Show
      when={props.value !== undefined}
      fallback={
        <span class={styles.start}>
          <Button size="sm" icon={PencilLine} onClick={() => props.onChange(props.words)}>
            {commentWords.suggest}
          </Button>
        </span>
      }
    >
      <div class={styles.suggest}>
        <span class={styles.acts}>
          <span>{commentWords.instead}</span>
          <span class={styles.grow} />
          <Button size="sm" tone="ghost" onClick={() => props.onChange(undefined)}>
            {commentWords.suggestNot}
          </Button>
        </span>
        <textarea
          class={styles.area}
          rows="2"
          dir="auto"
          aria-label={commentWords.insteadLabel}
          aria-invalid={over() > 0 ? 'true' : undefined}
          aria-describedby={over() > 0 ? overId : undefined}
          value={props.value}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
        <Show when={over() > 0}>
          <p class={styles.over} id={overId} role="alert">
            {uiWords.tooLong(over())}
          </p>
        </Show>
      </div>
    </Show>
  )
}
