import { expect, test } from 'vitest'
import { builtinProfiles } from '#shared/domain/builtin-profiles.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import { modeFor } from './modes.ts'

const [careful, , autonomous] = builtinProfiles
const looking: ProfileSnapshot | undefined = careful && {
  ...careful,
  autonomy: { ...careful.autonomy, edits: 'never', commands: 'never' },
}

test.each([
  ['claude-code', 'default', 'plan'],
  ['codex', 'read-only', 'read-only'],
  ['opencode', 'build', 'plan'],
  ['gemini', 'default', 'plan'],
  ['runbook', undefined, undefined],
])('%s asks, also where all is allowed; where nothing may change it plans', (harness, asking, planning) => {
  expect(modeFor(harness, autonomous)).toBe(asking)
  expect(modeFor(harness, looking)).toBe(planning)
  expect(modeFor(harness, undefined)).toBeUndefined()
})
