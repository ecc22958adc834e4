import { expect, test } from 'vitest'
import { HarnessId, HarnessOffer } from '#shared/domain/harness.ts'
import { modelFor, objectionTo } from '#shared/domain/team-agents.ts'
import { Runner, Team } from '#shared/domain/team.ts'
import { RunnerId } from '#shared/ids.ts'
import { effortsOf, modelsFor, offersFor } from '../../state/models.ts'
import { missingCredential, modelChoices, otherModel, ownModel } from './models.ts'

const codex = HarnessId.parse('codex')
const offer = (more: Partial<HarnessOffer> = {}): HarnessOffer =>
  HarnessOffer.parse({ id: 'codex', name: 'Codex', letters: 'CX', sandboxes: ['direct'], ...more })
const runner = (hostName: string, harnesses: HarnessOffer[]): Runner =>
  Runner.parse({
    id: RunnerId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2d'),
    name: hostName,
    hostName,
    version: '1',
    platform: 'linux',
    sandboxes: ['direct', 'docker'],
    harnesses,
    capacity: 1,
    running: 0,
    connected: true,
    lastSeenAt: 1,
    problems: [],
  })
const team = (rule: object): Team =>
  Team.parse({ id: 'team-1', name: 'T', maxActiveRuns: 1, createdAt: 1, harnessRules: [{ harness: 'codex', ...rule }] })
const big = { id: 'gpt-5', name: 'GPT-5', efforts: ['low' as const, 'high' as const] }
const small = { id: 'gpt-5-mini', name: 'GPT-5 mini' }

test('models come from machines that could take the run, each once', () => {
  const runners = [
    runner('a', [offer({ models: [big] })]),
    runner('b', [offer({ models: [big, small] })]),
    runner('c', [offer({ models: [{ id: 'x', name: 'X' }], unavailable: 'Not installed.' })]),
  ]
  const where = { harness: 'codex', host: '', sandbox: 'direct' } as const
  expect(modelsFor(offersFor(runners, where), undefined, codex)).toEqual([big, small])
  expect(modelsFor(offersFor(runners, { ...where, host: 'a' }), undefined, codex)).toEqual([big])
  expect(offersFor(runners, { ...where, sandbox: 'docker' })).toEqual([])
})

test('a team that allows certain models shows those, and none is typed', () => {
  const rule = team({ models: ['gpt-5-mini', 'own-model'], defaultModel: 'gpt-5-mini' })
  const models = modelsFor([offer({ models: [big, small] })], rule, codex)
  expect(models).toEqual([small, { id: 'own-model', name: 'own-model' }])
  expect(modelChoices(models, rule, codex, '').map(({ value }) => value)).toEqual([ownModel, 'gpt-5-mini', 'own-model'])
  expect(modelChoices(models, rule, codex, '')[0]?.hint).toContain('GPT-5 mini')
  expect(modelChoices([big], undefined, codex, '').at(-1)?.value).toBe(otherModel)
  expect([modelFor(rule, { harness: 'codex' }), objectionTo(rule, { harness: 'codex', model: 'gpt-5' })]).toEqual([
    'gpt-5-mini',
    expect.stringContaining('may not use gpt-5'),
  ])
})

test('how hard a model thinks can be chosen where it says so, also for the team’s default', () => {
  expect(effortsOf([big, small], undefined, codex, 'gpt-5')).toEqual(['low', 'high'])
  expect(effortsOf([big, small], undefined, codex, 'gpt-5-mini')).toEqual([])
  expect(effortsOf([big, small], team({ defaultModel: 'gpt-5' }), codex, '')).toEqual(['low', 'high'])
})

test('a key is missing where neither a secret nor a sign-in gives it', () => {
  const takes = offer({ takes: ['openai_key', 'model_endpoint'] })
  expect(missingCredential([takes], 'direct', new Set())).toEqual(['openai_key', 'model_endpoint'])
  expect(missingCredential([takes], 'direct', new Set(['model_endpoint']))).toEqual([])
  expect(missingCredential([{ ...takes, signedIn: ['direct'] }], 'direct', new Set())).toEqual([])
  expect(missingCredential([offer()], 'direct', new Set())).toEqual([])
})
