import type { Editor } from '@tiptap/core'
import {
  BetweenHorizontalEnd,
  BetweenHorizontalStart,
  BetweenVerticalEnd,
  BetweenVerticalStart,
  Trash2,
  type IconNode,
} from 'lucide'
import { For } from 'solid-js'
import { Button, IconButton } from '../../../../ui/button.tsx'
import { planWords } from '../../../../words/plan.ts'
import { keepFocus } from './marks-bar.tsx'
import styles from './bars.module.css'

const words = planWords.table

const adds = [
  ['rowBefore', BetweenHorizontalStart, 'addRowBefore'],
  ['rowAfter', BetweenHorizontalEnd, 'addRowAfter'],
  ['columnBefore', BetweenVerticalStart, 'addColumnBefore'],
  ['columnAfter', BetweenVerticalEnd, 'addColumnAfter'],
] as const satisfies readonly (readonly [keyof typeof words, IconNode, string])[]

const removes = [
  ['rowRemove', 'deleteRow'],
  ['columnRemove', 'deleteColumn'],
] as const

/** What hangs at the table that the caret is in. */
export function TableBar(props: { readonly editor: Editor }) {
  return (
    <div class={styles.bar} role="toolbar" aria-label={words.label} onMouseDown={keepFocus}>
      <For each={adds}>
        {([word, icon, command]) => (
          <IconButton icon={icon} label={words[word]} onClick={() => props.editor.chain().focus()[command]().run()} />
        )}
      </For>
      <For each={removes}>
        {([word, command]) => (
          <Button tone="ghost" onClick={() => props.editor.chain().focus()[command]().run()}>
            {words[word]}
          </Button>
        )}
      </For>
      <IconButton icon={Trash2} label={words.remove} onClick={() => props.editor.chain().focus().deleteTable().run()} />
    </div>
  )
}
