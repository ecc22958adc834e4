import { expect, test } from 'vitest'
import { planPrompt } from './plan-prompt.ts'
import { sameStep } from './plan-run.ts'

test.each([
  ['Move `invoice` models', 'move invoice models.', true],
  ['[ ] Move models', 'Move  models', true],
  ['Move models', 'Move models and tests', false],
  ['', '', false],
  ['***', '', false],
])('the step “%s” and the task “%s”', (step, task, same) => {
  expect(sameStep(step, task)).toBe(same)
})

test('an agent is told what to do of which plan, what its person adds, and the text itself', () => {
  const asked = { title: 'Extract billing', part: 'Phase 1', markdown: '\n- [ ] Move models\n', note: ' Be quick. ' }
  expect(planPrompt({ ...asked, scope: 'section' })).toBe(
    'Execute the section “Phase 1” of the plan “Extract billing”. Take its steps in order and keep your task list in their words. Steps that are ticked are done.\n\nBe quick.\n\n- [ ] Move models',
  )
  expect(planPrompt({ ...asked, scope: 'whole', note: '' })).toContain('Execute the plan “Extract billing”.')
})
