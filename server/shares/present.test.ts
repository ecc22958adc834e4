import { expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { EntryId, PlanId, PlanVersionId, PromptId, RunId, UserId } from '#shared/ids.ts'
import { createPresenter } from './present.ts'

const id = '01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'

test('which plans went with a message stays in the team; that Drover wrote it is told', () => {
  const presenter = createPresenter({
    runId: RunId.parse(id),
    secret: 'S'.repeat(43),
    audience: () => ({ anyone: true, access: 'view' }),
    nameOf: () => undefined,
  })
  const entry = presenter.entry({
    id: EntryId.parse('e1'),
    n: 1,
    at: 1,
    turn: 1,
    body: {
      kind: 'user',
      text: boundedText('The plan has changed'),
      by: UserId.parse('mara'),
      promptId: PromptId.parse(id),
      automatic: true,
      plans: [{ planId: PlanId.parse(id), title: 'Secret', version: { n: 1, id: PlanVersionId.parse(id), at: 1 } }],
    },
  })
  expect(entry.body).toMatchObject({ kind: 'user', automatic: true })
  expect(entry.body).not.toHaveProperty('plans')
  expect(JSON.stringify(entry)).not.toContain('Secret')
})
