import { Show, createSignal, type Accessor, type JSX } from 'solid-js'
import { omittedUnits, storedText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { Button } from '../../../ui/button.tsx'
import { runWords } from '../../../words/run.ts'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { DownloadLink } from './download-link.tsx'
import styles from './long-text.module.css'

/** Text of unknown length: what is here is drawn by `children`, and what is left out says so and can be loaded. */
export function LongText(props: {
  readonly text: BoundedText
  /** Number of the entry, for the way to a text that is too long to be shown. */
  readonly n: number
  readonly children: (text: Accessor<string>) => JSX.Element
}) {
  const [wanted, setWanted] = createSignal<string>()
  const whole = createLoad(wanted, useScene().blobs.text)
  const all = (): string | undefined =>
    loaded(whole.state()) ?? (omittedUnits(props.text) === 0 ? props.text.head + props.text.tail : undefined)
  return (
    <Show when={all() === undefined} fallback={props.children(() => all() ?? '')}>
      {props.children(() => props.text.head)}
      <p class={styles.cut}>
        <Show when={props.text.blob} fallback={<NotShown text={props.text} n={props.n} />}>
          {(blob) => (
            <Button
              size="sm"
              disabled={whole.state().type === 'loading'}
              onClick={() => (whole.state().type === 'failed' ? whole.retry() : setWanted(blob()))}
            >
              {whole.state().type === 'loading'
                ? runWords.output.loading
                : whole.state().type === 'failed'
                  ? `${runWords.output.loadFailed} ${runWords.retry}`
                  : runWords.output.loadAll(props.text.length)}
            </Button>
          )}
        </Show>
      </p>
      <Show when={props.text.tail !== ''}>{props.children(() => props.text.tail)}</Show>
    </Show>
  )
}

function NotShown(props: { readonly text: BoundedText; readonly n: number }) {
  return (
    <Show when={storedText(props.text)} fallback={runWords.output.notHere(omittedUnits(props.text))}>
      {runWords.output.tooLong(props.text.length)} <DownloadLink n={props.n} />
    </Show>
  )
}
