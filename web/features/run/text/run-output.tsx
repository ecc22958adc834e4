import { For, Show, createMemo, createSignal } from 'solid-js'
import { storedText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { Button } from '../../../ui/button.tsx'
import { runWords } from '../../../words/run.ts'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { parseAnsi, plainText, type AnsiLine, type AnsiSpan } from './ansi.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { DownloadLink } from './download-link.tsx'
import { foldLines, foldOutput, type FoldLimits } from './fold.ts'
import { VisibleText } from '../../../ui/text/visible.tsx'
import styles from './run-output.module.css'

/** Lines drawn at once after "Load all"; more come by a button, so that a log of megabytes doesn't stop the page. */
const page = 2_000

/** What a command printed: colours, long output folded, all of it on demand. */
export function RunOutput(props: {
  readonly text: BoundedText
  readonly running?: boolean | undefined
  /** Number of the entry whose output it is, for the way to all of it as a file. */
  readonly n?: number | undefined
  readonly limits?: FoldLimits | undefined
}) {
  const { blobs } = useScene()
  const [unfolded, setUnfolded] = createSignal(false)
  const [wanted, setWanted] = createSignal<string>()
  const [shown, setShown] = createSignal(page)
  const whole = createLoad(wanted, async (hash) => parseAnsi(await blobs.text(hash)))
  const limits = (): FoldLimits => props.limits ?? { head: 8, tail: 12 }
  const folded = createMemo(() => {
    const all = loaded(whole.state())
    if (all !== undefined) return foldLines(all, { head: shown(), tail: 40 })
    return foldOutput(props.text, unfolded() ? { head: Infinity, tail: Infinity } : limits())
  })
  const isStored = (): boolean => storedText(props.text) !== undefined
  const left = (): string =>
    isStored() ? runWords.output.tooLong(props.text.length) : runWords.output.notHere(folded().missingUnits)
  const isEmpty = (): boolean => props.text.length === 0
  return (
    <Show
      when={!isEmpty()}
      fallback={<p class={styles.none}>{props.running ? runWords.output.waiting : runWords.output.none}</p>}
    >
      <div class={styles.output}>
        <CopyButton
          look="icon"
          class={styles.copy}
          label={runWords.output.copy}
          text={plainText(props.text.head + props.text.tail)}
        />
        {/* A scrolling well must be reachable by keyboard. */}
        <pre class={styles.lines} tabindex="0" aria-label={runWords.output.label}>
          <Lines lines={folded().head} />
        </pre>
        <Show when={folded().hiddenLines > 0 || folded().missingUnits > 0}>
          <div class={styles.fold}>
            <Show
              when={folded().missingUnits > 0}
              fallback={
                <Button
                  size="sm"
                  tone="ghost"
                  onClick={() =>
                    loaded(whole.state()) === undefined ? setUnfolded(true) : setShown((count) => count + page)
                  }
                >
                  {runWords.output.hidden(folded().hiddenLines)}
                </Button>
              }
            >
              <Show when={props.text.blob} fallback={<span>{left()}</span>}>
                {(blob) => (
                  <Show when={whole.state().type !== 'failed'} fallback={<LoadFailed onRetry={whole.retry} />}>
                    <Button
                      size="sm"
                      tone="ghost"
                      disabled={whole.state().type === 'loading'}
                      onClick={() => setWanted(blob())}
                    >
                      {whole.state().type === 'loading'
                        ? runWords.output.loading
                        : runWords.output.loadAll(props.text.length)}
                    </Button>
                  </Show>
                )}
              </Show>
            </Show>
            <Show when={isStored() && props.n}>{(n) => <DownloadLink n={n()} />}</Show>
          </div>
          <pre class={styles.lines} tabindex="0" aria-label={runWords.output.end}>
            <Lines lines={folded().tail} />
          </pre>
        </Show>
      </div>
    </Show>
  )
}

function LoadFailed(props: { readonly onRetry: () => void }) {
  return (
    <span>
      {runWords.output.loadFailed}{' '}
      <Button size="sm" tone="ghost" onClick={() => props.onRetry()}>
        {runWords.retry}
      </Button>
    </span>
  )
}

/** Lines of styled spans as text nodes: nothing an output says is ever markup. */
function Lines(props: { readonly lines: readonly AnsiLine[] }) {
  return (
    <For each={props.lines}>
      {(line) => (
        <span class={styles.line}>
          <For each={line}>{(span) => <Span of={span} />}</For>
          {'\n'}
        </span>
      )}
    </For>
  )
}

function Span(props: { readonly of: AnsiSpan }) {
  return (
    <span
      class={styles.span}
      data-fg={props.of.style.inverse ? (props.of.style.bg ?? 'inverse') : props.of.style.fg}
      data-bg={props.of.style.inverse ? (props.of.style.fg ?? 'inverse') : props.of.style.bg}
      data-bold={props.of.style.bold}
      data-dim={props.of.style.dim}
      data-italic={props.of.style.italic}
      data-line={props.of.style.strike ? 'through' : props.of.style.underline ? 'under' : undefined}
    >
      <VisibleText text={props.of.text} />
    </span>
  )
}
