import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { TranscriptView } from '#sync/client/workspace.ts'
import { finishedSentences } from './transcript/rows.ts'

/** How often a screen reader is told of text that streams, at most. */
const everyMs = 2_000
const longest = 400

/** What the page's polite live region says. Each text replaces the one before. */
export type Announcer = {
  readonly text: Accessor<string>
  readonly say: (text: string) => void
  readonly follow: (view: TranscriptView) => void
}

/** Tells what is said, and the sentences of the message that grows, as they end. Needs an owner. */
export function createAnnouncer(): Announcer {
  const [text, setText] = createSignal('')
  let entry: string | undefined
  let at = 0
  let latest: TranscriptView | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))

  const speak = (): void => {
    timer = undefined
    const last = latest?.entries.findLast((known) => known.body.kind === 'message')
    if (last?.body.kind !== 'message' || last.id !== entry) return
    const whole = last.body.text.head
    const next = last.body.done ? { text: whole.slice(at).trim(), to: whole.length } : finishedSentences(whole, at)
    at = next.to
    if (next.text !== '') setText(spoken(next.text))
  }

  return {
    text,
    say: setText,
    follow(view) {
      const before = latest
      latest = view
      const last = view.entries.findLast((known) => known.body.kind === 'message')
      if (last?.body.kind !== 'message') return
      if (last.id !== entry) {
        // What stood there when the page opened is not news.
        at = before === undefined || last.body.done ? last.body.text.head.length : 0
        if (before !== undefined && last.body.done && before.loaded && last.n > (before.entries.at(-1)?.n ?? 0)) at = 0
        entry = last.id
      }
      if (last.body.text.head.length > at) timer ??= setTimeout(speak, everyMs)
    },
  }
}

/** The newest whole sentences, without the marks of Markdown. */
function spoken(text: string): string {
  const plain = text
    .replace(/[*`~]+/g, '')
    .replace(/[#>|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (plain.length <= longest) return plain
  const cut = plain.slice(-longest)
  return cut.slice(cut.search(/[.!?…:]\s/) + 1).trim()
}
