import { expect, test } from 'vitest'
import { RunSecret } from '#shared/domain/secret.ts'
import { gitCredentials } from './credentials.ts'
import { explainGit } from './explain.ts'

const key = RunSecret.parse({ name: 'KEY', kind: 'ssh_key', value: '{"privateKey":"k"}' })
const credentials = gitCredentials([key])
const ssh = 'git@git.example.com:team/app.git'
const https = 'https://git.example.com/team/app.git'

test('a host that is away is told apart from one that lets nobody in', () => {
  const told = (output: string, url = ssh) => explainGit(output, { url, credentials })
  const end = '\r\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights'
  expect(told(`ssh: connect to host git.example.com port 22: Connection refused${end}`)).toContain(
    'can’t be reached from this machine: connection refused',
  )
  expect(told(`ssh: Could not resolve hostname git.example.com: Name or service not known${end}`)).toContain(
    'can’t be reached from this machine: name or service not known',
  )
  expect(told(`git@git.example.com: Permission denied (publickey).${end}`)).toContain('the SSH key KEY')
  const noName =
    "fatal: unable to access 'https://git.example.com/team/app.git/': Could not resolve host: git.example.com"
  expect(told(noName, https)).toContain('its name is not found')
  const down =
    "fatal: unable to access 'https://git.example.com/': Failed to connect to git.example.com port 443 after 1 ms"
  expect(told(down, https)).toContain('nothing answers there')
})
