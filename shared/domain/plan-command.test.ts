import { expect, test } from 'vitest'
import { HarnessId } from './harness.ts'
import { canWritePlans, planCommand, writePlanPrompt } from './plan-command.ts'

test('only a message that begins with /plan and a space is one, and what follows is what is wanted', () => {
  expect(planCommand('/plan extract billing\nin steps')).toBe('extract billing\nin steps')
  expect(planCommand('  /plan\n\ntwo')).toBe('two')
  expect(planCommand('/plan')).toBe('')
  for (const text of ['/planner x', 'a /plan x', '/plan-b', '']) expect(planCommand(text)).toBeUndefined()
  expect(writePlanPrompt(' extract billing ')).toMatch(/plan_create.*change no files[^]*\n\nextract billing$/)
})

test('an agent can where some machine says that it can, in that sandbox and on that host', () => {
  const harness = (id: string, planTools?: ('direct' | 'docker')[]) => ({
    id: HarnessId.parse(id),
    name: id,
    letters: 'XX',
    sandboxes: ['direct' as const, 'docker' as const],
    ...(planTools === undefined ? {} : { planTools }),
  })
  const runners = [
    { hostName: 'old', harnesses: [harness('opencode')] },
    { hostName: 'new', harnesses: [harness('runbook'), harness('opencode', ['direct'])] },
  ]
  const can = (id: string, sandbox: 'direct' | 'docker', host?: string): boolean =>
    canWritePlans(runners, { harness: id, sandbox, host })
  expect([can('opencode', 'direct'), can('opencode', 'direct', 'new')]).toEqual([true, true])
  expect([
    can('opencode', 'docker'),
    can('opencode', 'direct', 'old'),
    can('runbook', 'direct'),
    can('none', 'direct'),
  ]).toEqual([false, false, false, false])
})
