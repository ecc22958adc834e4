import { expect, test } from 'vitest'
import { checkSecretValue } from './secret-value.ts'
import { parseRemote } from './git-host.ts'

test.each([
  ['https://github.com/acme/app.git', 'https', 'github.com', 'acme/app'],
  ['https://acme@Dev.Azure.com/acme/shop/_git/app', 'https', 'dev.azure.com', 'acme/shop/_git/app'],
  ['http://git.lan:3000/a/b/', 'http', 'git.lan:3000', 'a/b'],
  ['git@gitlab.com:group/sub/app.git', 'ssh', 'gitlab.com', 'group/sub/app'],
  ['ssh://git@git.lan:2222/app.git', 'ssh', 'git.lan:2222', 'app'],
])('%s is read', (url, scheme, host, path) => {
  expect(parseRemote(url)).toEqual({ scheme, host, path })
})

test.each(['/srv/app', '~/app', './app', 'C:\\app', 'c:/app', 'file:///srv/app', 'app'])('%s is no host', (url) => {
  expect(parseRemote(url)).toBeUndefined()
})

test('an SSH key alone stays the key, as runners know it; with its host it is more', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----'
  const value = (given: object) => {
    const checked = checkSecretValue('ssh_key', JSON.stringify(given))
    return checked.ok ? checked.value.value : checked.error
  }
  expect(value({ privateKey: key.replaceAll('\n', '\r\n') })).toBe(`${key}\n`)
  expect(value({ privateKey: key, host: 'git.lan' })).toBe(JSON.stringify({ host: 'git.lan', privateKey: `${key}\n` }))
})
