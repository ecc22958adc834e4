import { For, Show, createEffect, createMemo, createSignal, onCleanup } from 'solid-js'
import { Button } from '../../../ui/button.tsx'
import { VisuallyHidden } from '../../../ui/visually-hidden.tsx'
import { runWords } from '../../../words/run.ts'
import { CodePieces } from '../text/code-block.tsx'
import type { CodeLine } from '../../../state/highlight/code-line.ts'
import { highlight } from '../../../state/highlight/highlight.ts'
import { languageOfPath } from '../../../state/highlight/language.ts'
import { VisibleText } from '../../../ui/text/visible.tsx'
import type { DiffHunk, DiffLine } from './parse.ts'
import styles from './diff-lines.module.css'

/** Lines drawn at once; a generated file of a hundred thousand lines comes in pages. */
const page = 1_500

/** The hunks of one file, in one column. */
export function DiffLines(props: { readonly hunks: readonly DiffHunk[]; readonly path: string }) {
  const [shown, setShown] = createSignal(page)
  const colours = createColours(props)
  const cut = createMemo(() => cutHunks(props.hunks, shown()))
  return (
    <div class={styles.scroller} tabindex="0" role="group" aria-label={`${runWords.diff.title}: ${props.path}`}>
      <div class={styles.lines}>
        <For each={cut().hunks}>
          {(hunk, index) => (
            <>
              <Show when={index() > 0}>
                <div class={styles.gap} role="separator" aria-label={runWords.diff.hunk(hunk.newStart)} />
              </Show>
              <For each={hunk.lines}>{(line) => <UnifiedLine line={line} colours={colours().get(line)} />}</For>
            </>
          )}
        </For>
      </div>
      <Show when={cut().left > 0}>
        <Button size="sm" tone="ghost" onClick={() => setShown((lines) => lines + page)}>
          {runWords.diff.showMore(cut().left)}
        </Button>
      </Show>
    </div>
  )
}

function UnifiedLine(props: { readonly line: DiffLine; readonly colours: CodeLine | undefined }) {
  return (
    <div class={styles.line} data-kind={props.line.kind}>
      <span class={styles.number}>{props.line.newNumber ?? props.line.oldNumber}</span>
      <Sign kind={props.line.kind} />
      <LineText line={props.line} colours={props.colours} />
    </div>
  )
}

function Sign(props: { readonly kind: DiffLine['kind'] }) {
  return (
    <span class={styles.sign}>
      <Show when={props.kind !== 'same'}>
        <span aria-hidden="true">{props.kind === 'add' ? '+' : '−'}</span>
        <VisuallyHidden>{props.kind === 'add' ? runWords.diff.added : runWords.diff.removed}</VisuallyHidden>
      </Show>
    </span>
  )
}

function LineText(props: { readonly line: DiffLine; readonly colours: CodeLine | undefined }) {
  return (
    <code class={styles.text}>
      <Show
        when={props.line.parts}
        fallback={
          <Show when={props.colours} fallback={<VisibleText text={props.line.text} />}>
            {(line) => <CodePieces line={line()} />}
          </Show>
        }
      >
        {(parts) => (
          <For each={parts()}>
            {(part) => (
              <span class={styles.part} data-changed={part.changed ? '' : undefined}>
                <VisibleText text={part.text} />
              </span>
            )}
          </For>
        )}
      </Show>
    </code>
  )
}

/** Colours of each side's text, hunk by hunk, once the language is there. Lines that hide characters stay plain. */
function createColours(props: { readonly hunks: readonly DiffHunk[]; readonly path: string }) {
  const [colours, setColours] = createSignal<ReadonlyMap<DiffLine, CodeLine>>(new Map())
  createEffect(() => {
    const language = languageOfPath(props.path)
    const hunks = props.hunks
    setColours(new Map())
    if (language === undefined) return
    let current = true
    onCleanup(() => (current = false))
    const paint = async (): Promise<void> => {
      const found = new Map<DiffLine, CodeLine>()
      for (const hunk of hunks.slice(0, 60)) {
        for (const side of ['del', 'add'] as const) {
          const lines = hunk.lines.filter((line) => line.kind === side || line.kind === 'same')
          const painted = await highlight(lines.map((line) => line.text).join('\n'), language)
          if (!current || painted === undefined) return
          lines.forEach((line, index) => {
            const pieces = painted[index]
            if (pieces !== undefined && pieces.map((piece) => piece.text).join('') === line.text)
              found.set(line, pieces)
          })
        }
      }
      setColours(found)
    }
    void paint()
  })
  return colours
}

function cutHunks(
  hunks: readonly DiffHunk[],
  limit: number,
): { readonly hunks: readonly DiffHunk[]; readonly left: number } {
  const kept: DiffHunk[] = []
  let used = 0
  for (const hunk of hunks) {
    if (used < limit)
      kept.push(used + hunk.lines.length <= limit ? hunk : { ...hunk, lines: hunk.lines.slice(0, limit - used) })
    used += hunk.lines.length
  }
  return { hunks: kept, left: Math.max(0, used - limit) }
}
