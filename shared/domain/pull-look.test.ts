import { expect, test } from 'vitest'
import { parsePullPage } from './pull-look.ts'

test('the page of a pull request says host, repository and number, at each kind of host', () => {
  const pages: [string, string, string, number][] = [
    ['https://github.com/acme/app/pull/7', 'github.com', 'acme/app', 7],
    ['https://git.example.test:8443/acme/app/pulls/7', 'git.example.test:8443', 'acme/app', 7],
    ['https://gitlab.com/a/b/app/-/merge_requests/12', 'gitlab.com', 'a/b/app', 12],
    ['https://bitbucket.org/acme/app/pull-requests/3', 'bitbucket.org', 'acme/app', 3],
    ['https://dev.azure.com/o/p%20q/_git/app/pullrequest/9', 'dev.azure.com', 'o/p%20q/_git/app', 9],
  ]
  for (const [url, host, path, number] of pages) expect(parsePullPage(url)).toEqual({ host, path, number })
})

test('nothing else is one, and no address leads elsewhere', () => {
  const others = [
    'https://github.com/acme/app/pull/new/branch',
    'https://github.com/acme/app/pull/0',
    'https://github.com/acme/../app/pull/7',
    'https://github.com/acme/app/pull/7?x=1',
    'https://github.com/app/pull/7',
    'https://github.com/acme/a@b/pull/7',
    'file:///acme/app/pull/7',
    'git@github.com:acme/app/pull/7',
  ]
  expect(others.filter((url) => parsePullPage(url) !== undefined)).toEqual([])
})
