import { describe, expect, test } from 'vitest'
import { promptLimit } from '#shared/domain/prompt.ts'
import { RunConfig } from '#shared/domain/run.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { writePlanPrompt } from '#shared/domain/plan-command.ts'
import type { Runner } from '#shared/domain/team.ts'
import { RunnerId } from '#shared/ids.ts'
import { checkForm, emptyForm, withPlanCommand, type NewRunForm } from './form.ts'

const form = (more: Partial<NewRunForm>): NewRunForm => ({ ...emptyForm, prompt: 'Do it', ...more })
const errorsOf = (more: Partial<NewRunForm>) => {
  const checked = checkForm(form(more))
  return checked.ok ? {} : checked.errors
}

test('a filled form becomes a config that the wire takes', () => {
  const checked = checkForm(
    form({
      title: ' Billing ',
      host: 'devbox',
      repository: ' git@example.com:a/b.git ',
      branch: 'main',
      setup: 'npm ci\n\n npm run build \n',
    }),
  )
  expect(checked).toEqual({
    ok: true,
    prompt: 'Do it',
    title: 'Billing',
    config: {
      harness: 'runbook',
      sandbox: 'docker',
      host: 'devbox',
      repository: { url: 'git@example.com:a/b.git', branch: 'main' },
      setupCommands: ['npm ci', 'npm run build'],
    },
  })
  if (checked.ok) expect(RunConfig.safeParse(checked.config).success).toBe(true)
})

test('what is left empty is left out', () => {
  const checked = checkForm(form({}))
  expect(checked.ok && checked.config).toEqual({ harness: 'runbook', sandbox: 'docker' })
})

test('a workspace that is not to be kept is said to be so', () => {
  const checked = checkForm(form({ keep: false }))
  expect(checked.ok && checked.config).toEqual({ harness: 'runbook', sandbox: 'docker', noSnapshot: true })
})

describe('repositories', () => {
  test.each([
    'https://example.com/a.git',
    'ssh://git@host:22/a',
    'git@host:team/a.git',
    '/srv/my project',
    '~/work/a',
    'file:///srv/a.git',
  ])('%s is taken', (repository) => expect(errorsOf({ repository })).toEqual({}))
  test.each(['--upload-pack=evil', 'relative/path', 'https://', 'two words', 'ext::sh -c id'])(
    '%s is not',
    (repository) => expect(errorsOf({ repository })).toHaveProperty('repository'),
  )
})

describe('branches', () => {
  test.each(['main', 'billing/extract-package', 'v1.2'])('%s is taken', (branch) =>
    expect(errorsOf({ branch })).toEqual({}),
  )
  test.each(['-x', 'a b', 'a..b', 'a~1', 'a:b', 'x.lock', '/a', 'a/', 'a\\b'])('%s is not', (branch) =>
    expect(errorsOf({ branch })).toHaveProperty('branch'),
  )
})

test('each field says what to mend, all at once', () => {
  expect(
    Object.keys(errorsOf({ prompt: ' ', title: 'x'.repeat(201), setup: 'a\n'.repeat(21), harness: 'No such' })).sort(),
  ).toEqual(['harness', 'prompt', 'setup', 'title'])
  expect(errorsOf({ prompt: 'x'.repeat(promptLimit + 1) }).prompt).toBe('1 character too long.')
})

test('/plan asks an agent that has the tools for a plan, and names the run after what is wanted', () => {
  const runner: Runner = {
    id: RunnerId.parse('0192f0e4-0000-7000-8000-000000000001'),
    name: 'devbox',
    hostName: 'devbox',
    version: '0.1.0',
    platform: 'linux x64',
    sandboxes: ['direct', 'docker'],
    harnesses: [
      {
        id: HarnessId.parse('opencode'),
        name: 'OpenCode',
        letters: 'OC',
        sandboxes: ['direct', 'docker'],
        planTools: ['direct'],
      },
    ],
    capacity: 1,
    running: 0,
    connected: true,
    lastSeenAt: 0,
    problems: [],
  }
  const asked = (more: Partial<NewRunForm>) =>
    withPlanCommand(checkForm(form({ harness: 'opencode', sandbox: 'direct', ...more })), [runner])
  expect(asked({ prompt: '/plan extract billing' })).toMatchObject({
    ok: true,
    prompt: writePlanPrompt('extract billing'),
    title: 'extract billing',
  })
  expect(asked({ prompt: '/plan x', title: 'Mine' })).toMatchObject({ title: 'Mine' })
  expect(asked({ prompt: '/plan' })).toMatchObject({ ok: false, errors: { prompt: expect.stringContaining('/plan') } })
  expect(asked({ prompt: `/plan ${'x'.repeat(promptLimit - 10)}` })).toMatchObject({ ok: false })
  for (const other of [{ sandbox: 'docker' as const }, { harness: 'runbook' }, { host: 'elsewhere' }])
    expect(asked({ prompt: '/plan x', ...other })).toMatchObject({ ok: true, prompt: '/plan x', title: undefined })
})
