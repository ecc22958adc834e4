import type { ReviewCommentId } from '../ids.ts'
import type { ReviewComment } from './review-comment.ts'

export type ReviewThread = { readonly first: ReviewComment; readonly replies: readonly ReviewComment[] }

/** Comments in any order as threads, the oldest first. Answers whose thread is not here are left out. */
export function reviewThreads(comments: readonly ReviewComment[]): readonly ReviewThread[] {
  const inTime = comments.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const replies = new Map<ReviewCommentId, ReviewComment[]>()
  for (const comment of inTime) {
    if (comment.thread === undefined) continue
    const known = replies.get(comment.thread)
    if (known === undefined) replies.set(comment.thread, [comment])
    else known.push(comment)
  }
  return inTime
    .filter(({ thread }) => thread === undefined)
    .map((first) => ({ first, replies: replies.get(first.id) ?? [] }))
}

/** What the agent has not been given of an open thread, or not as it stands now. */
export function unsentOf({ first, replies }: ReviewThread): readonly ReviewComment[] {
  if (first.resolved !== undefined) return []
  return [first, ...replies].filter(
    ({ sent, editedAt, removed }) => removed === undefined && (sent === undefined || (editedAt ?? 0) > sent.at),
  )
}

/** Lines of a quote that go with a comment. */
const quotedLines = 20

/**
 * Comments as one message to an agent. Each part: file and lines, the words of the lines in a fence, then what was said, by
 * name. The fences say no language, since a runbook executes those of a shell. The form is documented in `docs/review.md`.
 */
export function reviewPrompt(asked: {
  readonly threads: readonly ReviewThread[]
  readonly name: (comment: ReviewComment) => string
  /** Where the lines stand now; `undefined`: they are not there any more. */
  readonly place: (thread: ReviewThread) => { readonly from: number; readonly to: number } | undefined
}): string {
  const count = asked.threads.length
  const parts = asked.threads.map((thread, index) => {
    const { first, replies } = thread
    const said = [first, ...replies]
      .filter(({ removed }) => removed === undefined)
      .map((comment) => `${asked.name(comment)}: ${comment.text}`)
    return [`## ${index + 1}. ${whereOf(thread, asked.place(thread))}`, ...quoteOf(first), ...said].join('\n\n')
  })
  const head =
    count === 1
      ? 'There is a review comment on your changes. Follow it, or say why not.'
      : `There are ${count} review comments on your changes. Follow each of them, or say why not.`
  return [head, ...parts].join('\n\n')
}

function whereOf({ first: { anchor } }: ReviewThread, place: ReturnType<Parameters<typeof reviewPrompt>[0]['place']>) {
  if (anchor === undefined) return 'On the changes as a whole'
  const { from, to } = place ?? anchor
  const lines = from === to ? `line ${from}` : `lines ${from}-${to}`
  const path = `\`${anchor.path.replaceAll('`', "'")}\``
  if (anchor.side === 'old') return `${path}, ${lines} before the change`
  return place === undefined ? `${path}, formerly ${lines}` : `${path}, ${lines}`
}

function quoteOf({ anchor }: ReviewComment): readonly string[] {
  if (anchor === undefined) return []
  const lines = anchor.quote.split('\n')
  const shown = [...lines.slice(0, quotedLines), ...(lines.length > quotedLines || anchor.cut === true ? ['…'] : [])]
  const longest = Math.max(2, ...[...anchor.quote.matchAll(/`+/g)].map(([marks]) => marks.length))
  const fence = '`'.repeat(longest + 1)
  return [[fence, ...shown, fence].join('\n')]
}
