import { Package, TriangleAlert } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, onCleanup, onMount } from 'solid-js'
import type { CommandEffect, PermissionSubject } from '#shared/domain/permission.ts'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { runWords } from '../../../words/run.ts'
import { PatchView } from '../diff/patch-view.tsx'
import { createLoad, loaded } from '../load.ts'
import { useScene } from '../scene.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Markdown } from '../text/markdown-view.tsx'
import { MachineText, PathText, VisibleText } from '../../../ui/text/visible.tsx'
import { visibleText } from '../../../ui/text/visible-text.ts'
import { commandPieces } from './asks.ts'
import styles from './ask-subject.module.css'

/** What is asked for, exactly: the command with what each part does, the diff, the tool with its input, the question. */
export function AskSubject(props: { readonly subject: PermissionSubject; readonly narrow: boolean }) {
  const of = <Kind extends PermissionSubject['kind']>(kind: Kind) =>
    createMemo(() =>
      props.subject.kind === kind ? (props.subject as Extract<PermissionSubject, { kind: Kind }>) : undefined,
    )
  const [command, edit, tool, question] = [of('command'), of('edit'), of('tool'), of('question')]
  return (
    <Switch>
      <Match when={command()}>{(subject) => <Command subject={subject()} narrow={props.narrow} />}</Match>
      <Match when={edit()}>
        {(subject) => (
          <div class={styles.well} data-scroll="">
            <For each={subject().files}>{(file) => <PatchView change={file} named />}</For>
          </div>
        )}
      </Match>
      <Match when={tool()}>
        {(subject) => (
          <div class={styles.well}>
            <div class={styles.command}>
              <pre tabindex="0" aria-label={runWords.ask.tool}>
                <MachineText text={subject().tool} />
              </pre>
            </div>
            <Show when={subject().input}>
              {(input) => (
                <div class={styles.input}>
                  <pre tabindex="0" aria-label={runWords.ask.input}>
                    <MachineText text={input()} />
                  </pre>
                  <CopyButton look="icon" label={runWords.ask.copyCommand} text={input()} />
                </div>
              )}
            </Show>
          </div>
        )}
      </Match>
      <Match when={question()}>
        {(subject) => (
          <div class={styles.question} tabindex="0" role="group" aria-label={runWords.ask.question}>
            <Markdown text={subject().question} />
          </div>
        )}
      </Match>
    </Switch>
  )
}

function Command(props: {
  readonly subject: Extract<PermissionSubject, { kind: 'command' }>
  readonly narrow: boolean
}) {
  const [wanted, setWanted] = createSignal<string>()
  const whole = createLoad(wanted, useScene().blobs.text)
  const command = (): string => loaded(whole.state()) ?? props.subject.command
  const isCut = (): boolean => props.subject.blob !== undefined && whole.state().type !== 'ready'
  const pieces = createMemo(() => commandPieces(command(), props.subject.effects))
  // Where the list is long enough to scroll, what does harm must not be the part below the edge.
  const effects = createMemo(() =>
    props.subject.effects.length <= 4
      ? props.subject.effects
      : props.subject.effects.toSorted((a, b) => Number(b.danger) - Number(a.danger)),
  )
  const [overflows, setOverflows] = createSignal(false)
  const [unrolled, setUnrolled] = createSignal(false)
  let well!: HTMLPreElement
  onMount(() => {
    // A command that goes on below its box says so: the end is where the harm may be.
    const observer = new ResizeObserver(() => setOverflows(well.scrollHeight > well.clientHeight + 2))
    observer.observe(well)
    onCleanup(() => observer.disconnect())
  })
  return (
    <div class={styles.well}>
      <div class={styles.command}>
        <pre ref={well} tabindex="0" data-whole={unrolled() ? '' : undefined} aria-label={runWords.ask.command}>
          <code>
            <For each={pieces()}>
              {(piece) => (
                <span class={styles.piece} data-kind={piece.kind}>
                  <VisibleText text={piece.text} />
                </span>
              )}
            </For>
          </code>
        </pre>
        <CopyButton look="icon" label={runWords.ask.copyCommand} text={command()} />
      </div>
      <Show when={overflows() && !unrolled()}>
        <p class={styles.more}>
          <Button size="sm" onClick={() => setUnrolled(true)}>
            {runWords.ask.showWhole}
          </Button>
        </p>
      </Show>
      <Show when={isCut()}>
        <p class={styles.cut}>
          <Button
            size="sm"
            disabled={whole.state().type === 'loading'}
            onClick={() => (whole.state().type === 'failed' ? whole.retry() : setWanted(props.subject.blob))}
          >
            {whole.state().type === 'loading' ? runWords.output.loading : runWords.ask.loadWhole}
          </Button>
          <Show when={whole.state().type === 'failed'}>
            <span role="alert">{runWords.ask.loadFailed}</span>
          </Show>
        </p>
      </Show>
      <div
        class={styles.parts}
        data-narrow={props.narrow ? '' : undefined}
        role="group"
        aria-label={runWords.ask.effects}
        tabindex="0"
      >
        <Show
          when={props.subject.effects.length > 0}
          fallback={<span class={styles.effect}>{runWords.ask.noEffects}</span>}
        >
          <For each={effects()}>
            {(effect) => <Effect effect={effect} narrow={props.narrow} alone={props.subject.effects.length === 1} />}
          </For>
        </Show>
        <Show when={props.subject.cwd}>
          {(cwd) => (
            <p class={styles.cwd}>
              {runWords.ask.in} <PathText path={cwd()} />
            </p>
          )}
        </Show>
      </div>
    </div>
  )
}

function Effect(props: { readonly effect: CommandEffect; readonly narrow: boolean; readonly alone: boolean }) {
  return (
    <>
      <Show
        when={props.narrow}
        fallback={
          <Show when={!props.alone}>
            <MachineText text={props.effect.text} class={styles.partText} title={visibleText(props.effect.text)} />
          </Show>
        }
      >
        <span
          class={styles.partIcon}
          data-danger={props.effect.danger ? '' : undefined}
          title={visibleText(props.effect.text)}
        >
          <Icon of={props.effect.danger ? TriangleAlert : Package} size="sm" />
        </span>
      </Show>
      <span
        class={styles.effect}
        data-danger={props.effect.danger ? '' : undefined}
        data-alone={props.alone && !props.narrow ? '' : undefined}
      >
        {props.effect.summary}
      </span>
    </>
  )
}
