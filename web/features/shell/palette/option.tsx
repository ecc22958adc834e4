import { For, Match, Show, Switch, createMemo } from 'solid-js'
import { displayState, type Run } from '#shared/domain/run.ts'
import type { TextHit } from '#sync/client/workspace.ts'
import { isApple } from '../../../state/platform.ts'
import { Icon } from '../../../ui/icon.tsx'
import { Kbd } from '../../../ui/kbd.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { Time } from '../../../ui/time.tsx'
import { ariaKeys, keyCaps } from '../../../words/key-caps.ts'
import type { BoundKey } from '../../../words/keys.ts'
import { lineFromPrompt, marksIn, type Entry } from './hits.ts'
import styles from './palette.module.css'

/** What a hit looks like in the list. */
export function Option(props: { readonly entry: Entry; readonly find: string }) {
  const run = () => (props.entry.type === 'run' ? props.entry.run : undefined)
  const other = () => {
    switch (props.entry.type) {
      case 'page':
        return props.entry.page
      case 'command':
        return props.entry.command
      default:
        return undefined
    }
  }
  const said = () => (props.entry.type === 'said' ? props.entry : undefined)
  return (
    <Switch>
      <Match when={said()}>{(known) => <SaidOption run={known().run} hit={known().hit} />}</Match>
      <Match when={run()}>{(known) => <RunOption run={known()} find={props.find} />}</Match>
      <Match when={other()}>
        {(known) => (
          <>
            <Icon of={known().icon} size="sm" />
            <span class={styles.title}>
              <Marked text={known().title} find={props.find} />
            </span>
            <Show when={known().key}>{(key) => <Caps of={key()} />}</Show>
          </>
        )}
      </Match>
    </Switch>
  )
}

function RunOption(props: { readonly run: Run; readonly find: string }) {
  const line = createMemo(() => lineFromPrompt(props.run, props.find))
  return (
    <>
      <StatusGlyph state={displayState(props.run)} size="sm" />
      <span class={styles.title} dir="auto">
        <Marked text={props.run.title} find={props.find} />
        <Show when={line()}>
          {(text) => (
            <span class={styles.line}>
              <Marked text={text()} find={props.find} />
            </span>
          )}
        </Show>
      </span>
      <span class={styles.when}>
        <Time at={props.run.stateAt} form="when" />
      </span>
    </>
  )
}

/** Where the words stand in a transcript. */
function SaidOption(props: { readonly run: Run; readonly hit: TextHit }) {
  return (
    <>
      <StatusGlyph state={displayState(props.run)} size="sm" />
      <span class={styles.title} dir="auto">
        {props.run.title}
        <span class={styles.line}>
          {props.hit.before}
          <mark class={styles.hit}>{props.hit.match}</mark>
          {props.hit.after}
        </span>
      </span>
      <span class={styles.when}>
        <Time at={props.hit.at} form="when" />
      </span>
    </>
  )
}

function Caps(props: { readonly of: BoundKey }) {
  return (
    <span class={styles.caps} title={ariaKeys(props.of, isApple)}>
      <For each={keyCaps(props.of, isApple)}>{(cap) => <Kbd>{cap}</Kbd>}</For>
    </span>
  )
}

/** The text with what was typed made bold. */
function Marked(props: { readonly text: string; readonly find: string }) {
  const parts = createMemo(() => {
    const marks = marksIn(props.text, props.find)
    let from = 0
    const pieces: { readonly text: string; readonly hit: boolean }[] = []
    for (const [start, end] of marks) {
      pieces.push(
        { text: props.text.slice(from, start), hit: false },
        { text: props.text.slice(start, end), hit: true },
      )
      from = end
    }
    return [...pieces, { text: props.text.slice(from), hit: false }]
  })
  return (
    <For each={parts()}>
      {(part) => (
        <Show when={part.hit} fallback={part.text}>
          <mark class={styles.hit}>{part.text}</mark>
        </Show>
      )}
    </For>
  )
}
