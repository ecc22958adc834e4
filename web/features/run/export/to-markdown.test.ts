import { expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { planMention } from '#shared/domain/plan-mention.ts'
import type { Run } from '#shared/domain/run.ts'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import { BlobHash, EntryId, PlanId, RunId, TeamId, UserId } from '#shared/ids.ts'
import { toMarkdown } from './to-markdown.ts'

const id = '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'
const run: Run = {
  id: RunId.parse(id),
  teamId: TeamId.parse('team'),
  title: 'Count\nlines',
  prompt: '',
  createdBy: UserId.parse('mara'),
  source: 'WEB_APP',
  config: { harness: HarnessId.parse('opencode'), sandbox: 'direct' },
  state: 'SUCCEEDED',
  stateAt: 0,
  turn: 1,
  createdAt: 0,
  updatedAt: 0,
}
const names = { agent: 'OpenCode', person: () => 'Mara' }
const entries = (...bodies: EntryBody[]): TranscriptEntry[] =>
  bodies.map((body, n) => ({ id: EntryId.parse(`e-${n}`), n: n + 1, at: 0, turn: 1, body }))

test('a run is saved with who said what, what was executed and how it ended', () => {
  const text = toMarkdown(
    run,
    entries(
      { kind: 'user', text: boundedText(`Do ${planMention({ id: PlanId.parse(id), title: 'Billing' })}`) },
      { kind: 'message', text: boundedText('Done.'), done: true },
      {
        kind: 'tool',
        toolKind: 'execute',
        title: 'Count',
        status: 'failed',
        command: 'wc -l',
        locations: [],
        output: boundedText('```\n12'),
        exitCode: 2,
        startedAt: 0,
      },
    ),
    { names, cut: 'Not all.' },
  )
  expect(text).toContain('# Count lines\n')
  expect(text).toContain('> Not all.')
  expect(text).toContain('## Mara, 1970-01-01T00:00:00.000Z\n\nDo @Billing')
  expect(text).toContain('## OpenCode\n\nDone.')
  // What a command printed can't end its own fence.
  expect(text).toContain('### Count\n\n````text\n$ wc -l\n```\n12\n````\n\nexit code 2')
})

test('a long text is whole where it could be had, and says how much is missing where not', () => {
  const blob = BlobHash.parse('0'.repeat(64))
  const long = { ...boundedText('x'.repeat(20_000)), blob }
  const of = (texts: ReadonlyMap<string, string>): string =>
    toMarkdown(run, entries({ kind: 'message', text: long, done: true }), { names, cut: undefined, texts })
  expect(of(new Map([[blob, 'all of it']]))).toContain('all of it')
  expect(of(new Map())).toContain('[… 8000 characters left out …]')
})
