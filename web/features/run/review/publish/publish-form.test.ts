import { expect, test } from 'vitest'
import { branchOf } from '#shared/domain/branch-pattern.ts'
import { RunId } from '#shared/ids.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import { firstForm, orderOf, problemsOf, PublishForm, publishFiles } from './publish-form.ts'

const run = { id: RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2a'), title: 'Fix: “größere” Läufe & more' }
const link = `https://drover.test/runs/${run.id}`
const form = firstForm(run, { link, summary: 'It works again.', branch: branchOf(run) })

test('a form begins with what is known of the run, and is kept as it is', () => {
  expect(form).toMatchObject({
    branch: 'drover/fix-gro-ere-la-ufe-more-9a1b2a',
    title: run.title,
    until: 'pull_request',
  })
  expect(form.body).toBe(`It works again.\n\nMade in [this run of Drover](${link}).`)
  expect(PublishForm.parse(JSON.parse(JSON.stringify(form)))).toEqual(form)
  expect(problemsOf(form)).toEqual({})
})

test('what is missing is told of the fields that count', () => {
  const empty = { ...form, message: ' ', title: '', branch: 'a b', base: '..' }
  expect(Object.keys(problemsOf(empty))).toEqual(['message', 'branch', 'title', 'base'])
  expect(Object.keys(problemsOf({ ...empty, until: 'push' }))).toEqual(['message', 'branch'])
  expect(Object.keys(problemsOf({ ...empty, until: 'commit' }))).toEqual(['message'])
})

test('an order has what its step needs, and the old name of a renamed file', () => {
  const file: FileChange = {
    path: 'b.ts',
    oldPath: 'a.ts',
    status: 'renamed',
    added: 1,
    removed: 0,
    after: { id: 'ab'.repeat(20) },
  }
  expect(publishFiles([file, { path: 'c.ts', status: 'deleted', added: 0, removed: 1 }])).toEqual([
    { path: 'b.ts', after: 'ab'.repeat(20) },
    { path: 'a.ts' },
    { path: 'c.ts' },
  ])
  const about = { link, accepted: [file], usualBranch: 'usual' }
  expect(orderOf({ ...form, until: 'commit', branch: 'a b', which: 'accepted' }, about)).toEqual({
    until: 'commit',
    message: run.title,
    branch: 'usual',
    link,
    files: publishFiles([file]),
  })
  expect(orderOf({ ...form, base: ' dev ', draft: true }, about).pullRequest).toMatchObject({
    base: 'dev',
    draft: true,
  })
})
