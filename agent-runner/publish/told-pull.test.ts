import { expect, test } from 'vitest'
import { toldPull } from './told-pull.ts'

test.each([
  [
    'gh pr create --fill',
    'Creating…\nhttps://github.com/acme/app/pull/12\n',
    12,
    'https://github.com/acme/app/pull/12',
  ],
  [
    'git push -u origin work',
    'remote: View merge request for work:\nremote:   https://gitlab.example.com/a/b/-/merge_requests/3\n',
    3,
    'https://gitlab.example.com/a/b/-/merge_requests/3',
  ],
  [
    'cd app && git -c a=b push',
    'https://x:y@bitbucket.org/a/b/pull-requests/7',
    7,
    'https://bitbucket.org/a/b/pull-requests/7',
  ],
])('%s tells of its pull request', (command, output, number, url) => {
  expect(toldPull(command, output)).toEqual({ number, url })
})

test.each([
  ['git push', 'Create a pull request: https://github.com/acme/app/pull/new/work'],
  ['cat notes.md', 'https://github.com/acme/app/pull/12'],
  ['git push', 'Everything up-to-date'],
  ['git push', 'https://github.com/acme/app/pull/12/files'],
])('%s tells of none', (command, output) => {
  expect(toldPull(command, output)).toBeUndefined()
})
