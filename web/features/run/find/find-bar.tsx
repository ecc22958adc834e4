import { ChevronDown, ChevronUp, Search, X } from 'lucide'
import { Match, Show, Switch, onMount } from 'solid-js'
import { isKey } from '../../../state/keyboard.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import type { Find } from './create-find.ts'
import styles from './find-bar.module.css'

/** Finds words in the transcript, whose rows the browser's own search can't see: most of them are not in the page. */
export function FindBar(props: { readonly find: Find; readonly model: TranscriptModel; readonly onClose: () => void }) {
  const scene = useScene()
  let input!: HTMLInputElement
  onMount(() => {
    input.focus()
    input.select()
  })
  const words = runWords.find
  return (
    <div
      role="search"
      class={styles.bar}
      aria-label={words.title}
      onKeyDown={(event) => {
        if (!isKey(event, 'Escape')) return
        event.preventDefault()
        props.onClose()
      }}
    >
      <div class={styles.field}>
        <Icon of={Search} size="sm" />
        <input
          ref={input}
          type="text"
          inputmode="search"
          enterkeyhint="search"
          autocomplete="off"
          spellcheck={false}
          aria-label={words.label}
          placeholder={words.holder}
          value={props.find.text()}
          onInput={(event) => props.find.setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const isEarlier = isKey(event, 'Enter')
            if (!isEarlier && !isKey(event, 'Shift+Enter')) return
            event.preventDefault()
            props.find.step(isEarlier ? -1 : 1)
          }}
        />
        <span class={styles.count} role="status">
          <Show when={props.find.text().trim() !== ''}>
            <Switch fallback={words.at(props.find.place(), props.find.hits().length)}>
              <Match when={props.find.looking()}>{words.looking}</Match>
              <Match when={props.find.hits().length === 0}>{words.none}</Match>
            </Switch>
          </Show>
        </span>
      </div>
      <IconButton
        icon={ChevronUp}
        label={words.earlier}
        keys="Enter"
        disabled={props.find.hits().length === 0}
        onClick={() => props.find.step(-1)}
      />
      <IconButton
        icon={ChevronDown}
        label={words.later}
        keys="Shift+Enter"
        disabled={props.find.hits().length === 0}
        onClick={() => props.find.step(1)}
      />
      <IconButton icon={X} label={words.close} keys="Escape" onClick={() => props.onClose()} />
      <Show when={!props.find.complete() && props.find.text().trim() !== ''}>
        <p class={styles.part}>
          <Show
            when={!props.find.loading()}
            fallback={<span role="status">{words.loading(props.model.view()?.entries.length ?? 0)}</span>}
          >
            {words.part}
            <Show when={scene.online()}>
              <Button size="sm" tone="ghost" onClick={() => void props.find.loadAll()}>
                {words.loadAll}
              </Button>
            </Show>
          </Show>
        </p>
      </Show>
    </div>
  )
}
