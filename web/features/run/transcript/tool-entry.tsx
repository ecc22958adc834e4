import {
  ArrowRightLeft,
  Brain,
  FileDiff,
  FileText,
  FileX,
  Globe,
  Search,
  SlidersHorizontal,
  SquareTerminal,
  Wrench,
  type IconNode,
} from 'lucide'
import { For, Match, Show, Switch, createMemo } from 'solid-js'
import type { ToolKind } from '#shared/domain/transcript.ts'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { useNow } from '../../../state/clock.ts'
import { durationWords, runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { RunOutput } from '../text/run-output.tsx'
import { MachineText, PathText } from '../../../ui/text/visible.tsx'
import { PatchView } from '../diff/patch-view.tsx'
import { Line, lineStyles } from './line.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import type { EntryOf } from './entry-of.ts'
import { changedLines, isRunning, moreFiles, opensByItself, outputLines, toolTarget } from './tool-target.ts'
import styles from './tool-entry.module.css'

const icons: Record<ToolKind, IconNode> = {
  read: FileText,
  edit: FileDiff,
  delete: FileX,
  move: ArrowRightLeft,
  search: Search,
  execute: SquareTerminal,
  think: Brain,
  fetch: Globe,
  switch_mode: SlidersHorizontal,
  other: Wrench,
}

/** A call of a tool: one line; opened, a card with its command, its diff or what it answered. */
export function ToolEntry(props: { readonly entry: EntryOf<'tool'> }) {
  const scene = useScene()
  const tool = () => props.entry.body
  const target = createMemo(() => toolTarget(tool()))
  const isCard = () => tool().toolKind === 'execute' || tool().changes !== undefined
  const open = () => scene.isOpen(props.entry.id, opensByItself(tool(), !scene.phone()))
  return (
    <div
      class={styles.tool}
      data-card={open() ? '' : undefined}
      data-well={open() && tool().toolKind === 'execute' ? '' : undefined}
    >
      <Line
        icon={icons[tool().toolKind]}
        open={open()}
        onToggle={(next) => scene.setOpen(props.entry.id, next)}
        tone={tool().status === 'failed' ? 'failed' : 'plain'}
        head={open()}
        end={<ToolEnd tool={tool()} />}
      >
        <Show when={!(open() && isCard())}>
          <b>{runWords.tool.verb(tool().toolKind, tool().status)}</b>
        </Show>
        <Switch fallback={<span class={styles.words}>{target().text}</span>}>
          <Match when={target().kind === 'command'}>
            <MachineText text={target().text} class={styles.cut} title={tool().command} />
          </Match>
          <Match when={target().kind === 'path'}>
            <PathText path={target().text} />
          </Match>
        </Switch>
        <Show when={moreFiles(tool()) > 0}>
          <span>{runWords.tool.moreFiles(moreFiles(tool()))}</span>
        </Show>
      </Line>
      <Show when={open()}>
        <div class={styles.details}>
          <ToolDetails tool={tool()} n={props.entry.n} />
        </div>
      </Show>
    </div>
  )
}

function ToolEnd(props: { readonly tool: EntryOf<'tool'>['body'] }) {
  const now = useNow()
  const changed = () => changedLines(props.tool)
  const lines = () => outputLines(props.tool)
  const took = () => (props.tool.endedAt === undefined ? undefined : props.tool.endedAt - props.tool.startedAt)
  return (
    <Switch>
      <Match when={props.tool.status === 'pending'}>
        <span>{runWords.tool.waiting}</span>
        <StatusGlyph state="queued" size="sm" decorative />
      </Match>
      <Match when={props.tool.status === 'in_progress'}>
        <span>{props.tool.toolKind === 'execute' ? durationWords(Math.max(0, now() - props.tool.startedAt)) : ''}</span>
        <StatusGlyph state="working" size="sm" />
      </Match>
      <Match when={props.tool.status === 'cancelled'}>
        <span>{runWords.tool.cancelled}</span>
        <StatusGlyph state="cancelled" size="sm" decorative />
      </Match>
      <Match when={props.tool.toolKind === 'execute' || props.tool.status === 'failed'}>
        <span class={props.tool.status === 'failed' ? lineStyles.failed : undefined}>
          {props.tool.exitCode === undefined
            ? props.tool.status === 'failed'
              ? runWords.tool.failed
              : ''
            : runWords.tool.exit(props.tool.exitCode)}
          <Show when={took()}>{(ms) => <span class={styles.took}> · {durationWords(ms())}</span>}</Show>
        </span>
        <StatusGlyph state={props.tool.status === 'failed' ? 'failed' : 'done'} size="sm" />
      </Match>
      <Match when={changed()}>{(lines) => <PlusMinus added={lines().added} removed={lines().removed} />}</Match>
      <Match when={lines()}>{(count) => <span>{runWords.tool.lines(count())}</span>}</Match>
    </Switch>
  )
}

function ToolDetails(props: { readonly tool: EntryOf<'tool'>['body']; readonly n: number }) {
  const scene = useScene()
  const isLong = () =>
    props.tool.command !== undefined && (props.tool.command.includes('\n') || props.tool.command.length > 60)
  return (
    <>
      <Show when={props.tool.command !== undefined && isLong()}>
        <div class={styles.command}>
          <pre tabindex="0" aria-label={runWords.ask.command}>
            <MachineText text={props.tool.command ?? ''} />
          </pre>
          <CopyButton look="icon" label={runWords.tool.copyCommand} text={props.tool.command ?? ''} />
        </div>
      </Show>
      <Show
        when={
          props.tool.toolKind === 'read' || props.tool.toolKind === 'search' ? props.tool.locations.length > 1 : false
        }
      >
        <ul class={styles.places} aria-label={runWords.tool.locations}>
          <For each={props.tool.locations}>
            {(location) => (
              <li>
                <PathText path={location.path} />
                <Show when={location.line}>{(line) => <span>{runWords.tool.line(line())}</span>}</Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <For each={props.tool.changes}>
        {(change) => (
          <PatchView
            change={change}
            named={(props.tool.changes?.length ?? 0) > 1}
            onOpen={() => scene.showChanges(change.path)}
          />
        )}
      </For>
      <Show
        when={props.tool.input !== undefined && props.tool.command === undefined && props.tool.changes === undefined}
      >
        <details class={styles.input}>
          <summary>{runWords.tool.input}</summary>
          <pre tabindex="0" aria-label={runWords.tool.input}>
            <MachineText text={props.tool.input ?? ''} />
          </pre>
        </details>
      </Show>
      <Show
        when={props.tool.output}
        fallback={
          <Show when={props.tool.toolKind === 'execute' && isRunning(props.tool.status)}>
            <RunOutput text={{ head: '', tail: '', length: 0 }} running />
          </Show>
        }
      >
        {(output) => <RunOutput text={output()} running={isRunning(props.tool.status)} n={props.n} />}
      </Show>
    </>
  )
}
