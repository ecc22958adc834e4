import { Share2 } from 'lucide'
import { Show } from 'solid-js'
import { Button, IconButton } from '../../../ui/button.tsx'
import { shareWords } from '../../../words/share.ts'
import { useScene } from '../scene.ts'
import styles from './run-header.module.css'

/** On phones only while somebody asks: the menu has it otherwise. */
export function ShareButton(props: { readonly requests: number; readonly onOpen: () => void }) {
  const scene = useScene()
  return (
    <Show
      when={!scene.phone()}
      fallback={
        <IconButton
          icon={Share2}
          size="touch"
          label={shareWords.shareLabel(props.requests)}
          onClick={() => props.onOpen()}
        />
      }
    >
      <Button icon={Share2} aria-label={shareWords.shareLabel(props.requests)} onClick={() => props.onOpen()}>
        {shareWords.share}
        <Show when={props.requests > 0}>
          <span class={styles.count}>{props.requests}</span>
        </Show>
      </Button>
    </Show>
  )
}
