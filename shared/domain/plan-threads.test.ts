import { expect, test } from 'vitest'
import { PlanComment } from './plan-comment.ts'
import { PlanId, RunId } from '../ids.ts'
import { commentsPrompt, commentsRunPrompt, isHandled, isUnsent, threadsOf } from './plan-threads.ts'

const id = (n: number) => `01994f2e-5c1a-7d3e-9b1f-${String(n).padStart(12, '0')}`
const comment = (n: number, more: object = {}): PlanComment =>
  PlanComment.parse({
    id: id(n),
    planId: id(99),
    text: `Comment ${n}`,
    by: { kind: 'person', userId: n % 2 === 0 ? 'jonas' : 'mara' },
    at: n,
    ...more,
  })
const anchor = { start: 'AAEBAgM=', end: 'AAEBAgM=', quote: 'one package' }
const sent = { runId: id(98), by: 'mara', at: 5 }

test('answers stand below their thread in the order they were given, and none stands alone', () => {
  const rows = [comment(4, { thread: id(1) }), comment(3), comment(2, { thread: id(1) }), comment(5, { thread: id(7) })]
  const threads = threadsOf([...rows, comment(1)])
  expect(threads.map(({ first, replies }) => [first.at, ...replies.map(({ at }) => at)])).toEqual([[1, 2, 4], [3]])
})

test('a thread is news to an agent until it was sent, and again when a person wrote after that', () => {
  const told = (...rows: PlanComment[]) => threadsOf(rows).map(isUnsent)
  expect(told(comment(1))).toEqual([true])
  expect(told(comment(1, { resolved: { by: 'mara', at: 2 } }))).toEqual([false])
  expect(told(comment(1, { sent }))).toEqual([false])
  expect(told(comment(1, { sent }), comment(6, { thread: id(1) }))).toEqual([true])
  expect(told(comment(1, { sent, editedAt: 7 }))).toEqual([true])
  const agent = { kind: 'agent', runId: id(98), harness: 'runbook' }
  expect(told(comment(1, { sent }), comment(6, { thread: id(1), by: agent }))).toEqual([false])
})

test('the message has what each thread is about, its section and who said what', () => {
  const threads = threadsOf([
    comment(1, { anchor }),
    comment(2, { thread: id(1) }),
    comment(3, { text: '', removed: true }),
    comment(4, { thread: id(3) }),
  ])
  const text = commentsPrompt({
    title: 'Extract billing',
    threads: threads.map((thread) => ({ thread, section: 'Phase 1' })),
    name: ({ by }) => (by.kind === 'person' ? by.userId : 'agent'),
  })
  expect(text).toBe(
    [
      'There are comments on the plan “Extract billing”. Follow each of them, or say why not.',
      '## 1. On “Phase 1”',
      '> one package',
      'mara: Comment 1',
      'jonas: Comment 2',
      '## 2. On the plan as a whole',
      'jonas: Comment 4',
    ].join('\n\n'),
  )
})

test('a suggestion that is open is told with its words, and a remark only where there is one', () => {
  const suggestion = { from: 'one package', to: 'a package' }
  const settled = { as: 'dismissed', by: 'mara', at: 3 }
  const threads = threadsOf([
    comment(1, { anchor, text: '', suggestion }),
    comment(2, { anchor, text: '', suggestion: { ...suggestion, to: ' ' } }),
    comment(3, { anchor, suggestion: { ...suggestion, settled } }),
  ])
  const text = commentsRunPrompt({
    planId: PlanId.parse(id(99)),
    title: 'Extract billing',
    threads: threads.map((thread) => ({ thread, section: undefined })),
    name: () => 'mara',
    note: ' Be brief. ',
    markdown: '# Extract billing\n',
  })
  expect(text).toBe(
    [
      'There are comments on the plan “Extract billing”. Follow each of them, or say why not.',
      '## 1. On the text',
      '> one package',
      'Suggested: in place of',
      '> one package',
      'write',
      '> a package',
      '## 2. On the text',
      '> one package',
      'Suggested: take out these words:',
      '> one package',
      '## 3. On the text',
      '> one package',
      'mara: Comment 3',
      'Be brief.',
      `Where you have tools for plans, change the plan itself: its plan_id is ${id(99)}. Else answer with what you would change. This is the plan as it is now:`,
      '# Extract billing',
    ].join('\n\n'),
  )
})

test('a thread is handled when it is resolved, or its own agent revised the plan after it was given, and nobody answered', () => {
  const revised = (at: number) => (run: RunId) => (run === RunId.parse(id(98)) ? at : undefined)
  const [resolved] = threadsOf([comment(1, { resolved: { by: 'mara', at: 2 } })])
  const [given] = threadsOf([comment(1, { sent })])
  const [answered] = threadsOf([comment(1, { sent }), comment(7, { thread: id(1) })])
  const [other] = threadsOf([comment(1, { sent: { ...sent, runId: id(97) } })])
  const [open] = threadsOf([comment(1)])
  const handled = [resolved, given, answered, other, open].map((thread) =>
    thread === undefined ? undefined : [isHandled(thread, revised(4)), isHandled(thread, revised(6))],
  )
  expect(handled).toEqual([
    [true, true],
    [false, true],
    [false, false],
    [false, false],
    [false, false],
  ])
})
