import { ChevronRight } from 'lucide'
import { Match, Show, Switch, type JSX } from 'solid-js'
import type { UserId } from '#shared/ids.ts'
import { AgentTile, Avatar } from '../../../ui/avatar.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { Time } from '../../../ui/time.tsx'
import { midSentence, runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import { LongText } from '../text/long-text.tsx'
import { Markdown } from '../text/markdown-view.tsx'
import { RunOutput } from '../text/run-output.tsx'
import { SentAttachments } from './sent-attachments.tsx'
import { SentPlans } from './sent-plans.tsx'
import { Line } from './line.tsx'
import type { EntryOf } from './entry-of.ts'
import styles from './prose-entries.module.css'

/** What a person wrote. */
export function UserEntry(props: { readonly entry: EntryOf<'user'> }) {
  return (
    <UserText by={props.entry.body.by} at={props.entry.at} automatic={props.entry.body.automatic}>
      <LongText text={props.entry.body.text} n={props.entry.n}>
        {(text) => <Markdown text={text()} />}
      </LongText>
      <SentPlans plans={props.entry.body.plans ?? []} />
      <Show when={props.entry.body.attachments}>{(files) => <SentAttachments attachments={files()} />}</Show>
    </UserText>
  )
}

/** A person's words, with whose they are and since when. */
export function UserText(props: {
  readonly by: UserId | undefined
  readonly at: number
  /** Drover wrote it in their name. */
  readonly automatic?: boolean | undefined
  readonly children: JSX.Element
}) {
  const scene = useScene()
  const by = () => scene.person(props.by)
  return (
    <div class={styles.user}>
      <Show
        when={props.automatic}
        fallback={<Avatar name={by()?.name ?? runWords.somebody} hue={by()?.hue ?? 1} size="lg" decorative />}
      >
        <AgentTile letters={runWords.droverLetters} size="lg" />
      </Show>
      <div class={styles.said}>
        <div class={styles.by}>
          <Show
            when={props.automatic}
            fallback={<h2 title={by()?.name}>{firstName(by()?.name) ?? runWords.somebody}</h2>}
          >
            <h2 title={runWords.byItselfFor(midSentence(scene.callName(props.by)))}>{runWords.drover}</h2>
            <span>{runWords.byItself}</span>
          </Show>
          <Time at={props.at} form="when" />
        </div>
        {props.children}
      </div>
    </div>
  )
}

/** What the agent wrote, perhaps still writing. */
export function MessageEntry(props: { readonly entry: EntryOf<'message'> }) {
  const scene = useScene()
  return (
    <>
      {/* Names the message for those who move by headings. */}
      <h2 class={styles.hidden}>{scene.agent().name}</h2>
      <LongText text={props.entry.body.text} n={props.entry.n}>
        {(text) => <Markdown text={text()} streaming={!props.entry.body.done} />}
      </LongText>
    </>
  )
}

/** "Thought for 14 s": one line, the thought itself on demand. */
export function ThoughtEntry(props: { readonly entry: EntryOf<'thought'> }) {
  const scene = useScene()
  const open = () => scene.isOpen(props.entry.id, false)
  const body = () => props.entry.body
  return (
    <>
      <Line
        glyph={
          <Show
            when={!body().done}
            fallback={
              <span class={styles.turn} data-open={open() ? '' : undefined}>
                <Icon of={ChevronRight} size="sm" />
              </span>
            }
          >
            <StatusGlyph state="working" size="sm" decorative />
          </Show>
        }
        open={open()}
        onToggle={(next) => scene.setOpen(props.entry.id, next)}
      >
        <span>
          {body().done
            ? runWords.thought.past((body().endedAt ?? props.entry.at) - body().startedAt)
            : runWords.thought.now}
        </span>
      </Line>
      <Show when={open()}>
        <div class={styles.thought}>
          <LongText text={body().text} n={props.entry.n}>
            {(text) => <Markdown text={text()} streaming={!body().done} />}
          </LongText>
        </div>
      </Show>
    </>
  )
}

/** Something Drover has to say about the run. */
export function NoticeEntry(props: { readonly entry: EntryOf<'notice'> }) {
  const scene = useScene()
  const body = () => props.entry.body
  const open = () => scene.isOpen(props.entry.id, body().level === 'error')
  return (
    <div class={styles.notice} data-level={body().level}>
      <p class={styles.noticeText}>
        <Switch>
          <Match when={body().level === 'error'}>
            <StatusGlyph state="failed" size="sm" />
          </Match>
        </Switch>
        <span>{body().text}</span>
      </p>
      <Show when={body().detail}>
        {(detail) => (
          <div class={styles.detail}>
            <Line open={open()} onToggle={(next) => scene.setOpen(props.entry.id, next)} head>
              <span>{runWords.details}</span>
            </Line>
            <Show when={open()}>
              <RunOutput text={detail()} />
            </Show>
          </div>
        )}
      </Show>
    </div>
  )
}

function firstName(name: string | undefined): string | undefined {
  return name?.trim().split(/\s+/)[0]
}
