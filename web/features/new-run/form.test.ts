import { describe, expect, test } from 'vitest'
import { promptLimit } from '#shared/domain/prompt.ts'
import { RunConfig } from '#shared/domain/run.ts'
import { checkForm, emptyForm, type NewRunForm } from './form.ts'

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
