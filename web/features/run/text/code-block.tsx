import { For, Show, createEffect, createSignal, onCleanup } from 'solid-js'
import { runWords } from '../../../words/run.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import type { CodeLine } from '../../../state/highlight/code-line.ts'
import { highlight } from '../../../state/highlight/highlight.ts'
import { languageOf } from '../../../state/highlight/language.ts'
import styles from './code-block.module.css'

/** A block of code with colours (they come when the language is loaded) and a way to copy it. */
export function CodeBlock(props: {
  readonly code: string
  readonly language: string | undefined
  readonly open: boolean
}) {
  const [coloured, setColoured] = createSignal<{ readonly code: string; readonly lines: readonly CodeLine[] }>()
  createEffect(() => {
    const language = languageOf(props.language)
    const code = props.code
    // While it still grows, colours would change under the reader's eyes and cost a pass for every token.
    if (language === undefined || props.open) return
    let current = true
    onCleanup(() => (current = false))
    void highlight(code, language).then((lines) => {
      if (current && lines !== undefined) setColoured({ code, lines })
    })
  })
  const lines = (): readonly CodeLine[] | undefined => {
    const now = coloured()
    return now?.code === props.code ? now.lines : undefined
  }
  return (
    <div class={styles.block}>
      <div class={styles.bar}>
        <span>{props.language ?? ''}</span>
        <CopyButton look="icon" label={runWords.copyCode} text={props.code} />
      </div>
      <pre class={styles.code} tabindex="0" aria-label={runWords.code(props.language)}>
        <code>
          <Show when={lines()} fallback={props.code}>
            {(ready) => <CodeLines lines={ready()} />}
          </Show>
        </code>
      </pre>
    </div>
  )
}

export function CodeLines(props: { readonly lines: readonly CodeLine[] }) {
  return (
    <For each={props.lines}>
      {(line, index) => (
        <>
          {index() === 0 ? '' : '\n'}
          <CodePieces line={line} />
        </>
      )}
    </For>
  )
}

export function CodePieces(props: { readonly line: CodeLine }) {
  return (
    <For each={props.line}>
      {(piece) => (
        <span class={styles.piece} data-kind={piece.kind}>
          {piece.text}
        </span>
      )}
    </For>
  )
}
