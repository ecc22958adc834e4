import { expect, test } from 'vitest'
import { PromptId, ReviewCommentId, RunId, UserId } from '../ids.ts'
import type { ReviewComment } from './review-comment.ts'
import { reviewPrompt, reviewThreads, unsentOf } from './review-threads.ts'

const runId = RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2c')
const id = (n: number) => ReviewCommentId.parse(`01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b${n}`)
const by = UserId.parse('mara')
const sent = { promptId: PromptId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2e'), by, at: 10 }
const quote = 'run(```)\nend'
const first: ReviewComment = {
  id: id(10),
  runId,
  anchor: { path: 'src/a.ts', side: 'new', from: 3, to: 4, quote, above: [], below: [] },
  text: 'Why twice?',
  by,
  at: 1,
}
const reply: ReviewComment = { id: id(11), runId, thread: first.id, text: 'Once is enough.', by, at: 2 }

test('the message names file and lines of now, quotes them in a fence that they can’t close, and says who said what', () => {
  const text = reviewPrompt({
    threads: reviewThreads([reply, first]),
    name: () => 'Mara',
    place: () => ({ from: 7, to: 8 }),
  })
  expect(text).toBe(
    [
      'There is a review comment on your changes. Follow it, or say why not.',
      '## 1. `src/a.ts`, lines 7-8',
      `\`\`\`\`\n${quote}\n\`\`\`\``,
      'Mara: Why twice?',
      'Mara: Once is enough.',
    ].join('\n\n'),
  )
})

test('lines that are gone are told as such', () => {
  const text = reviewPrompt({ threads: reviewThreads([first]), name: () => 'Mara', place: () => undefined })
  expect(text).toContain('`src/a.ts`, formerly lines 3-4')
})

test('what was not sent, or not as it stands now, is unsent until the thread is resolved', () => {
  const unsent = (...comments: ReviewComment[]) => reviewThreads(comments).flatMap((thread) => unsentOf(thread))
  expect(unsent(first, reply)).toHaveLength(2)
  expect(unsent({ ...first, sent }, reply).map((one) => one.id)).toEqual([reply.id])
  expect(unsent({ ...first, sent, editedAt: 20 })).toHaveLength(1)
  expect(unsent({ ...first, resolved: { by, at: 3 } }, reply)).toEqual([])
})
