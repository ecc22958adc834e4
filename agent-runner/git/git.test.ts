import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunSecret } from '#shared/domain/secret.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { startGitHost, type GitHost } from '#test/fakes/git-host.ts'
import { startRunner } from '#test/fakes/runner.ts'

vi.setConfig({ testTimeout: 30_000 })

let server: ControlServer
let host: GitHost
let runner: Awaited<ReturnType<typeof startRunner>>
let more: string

beforeEach(async () => {
  more = await mkdtemp(join(tmpdir(), 'drover-git-'))
  ;[server, host] = await Promise.all([startControlServer(), startGitHost()])
  server.answerAll(() => ({ kind: 'allow_once' }))
})
afterEach(async () => {
  await runner.close()
  await Promise.all([server.close(), host.close(), rm(more, { recursive: true, force: true })])
})

const gitToken = (value: string) => RunSecret.parse({ name: 'GIT', kind: 'git_token', value })
const runbook = (...lines: string[]): string => `\`\`\`sh\n${lines.join('\n')}\n\`\`\``
const start = async (environment: Record<string, string> = {}) => {
  // The person's own configuration of git has no part in these.
  runner = await startRunner({ url: server.url, environment: { HOME: more, ...environment } })
}
/** Whether a text stands in any file below a folder. */
const holds = (folder: string, text: string): boolean => {
  try {
    return execFileSync('grep', ['-rlaF', '--', text, folder], { encoding: 'utf8' }) !== ''
  } catch {
    return false
  }
}

test('a private repository is cloned, and the agent pushes to it, with a token that is nowhere on the machine', async () => {
  await start()
  const url = `${host.url}/team/app.git`
  const runId = server.start({
    prompt: runbook(
      'git config remote.origin.url',
      'echo more >> README.md',
      'git switch -q -c work && git commit -qam more && git push -q origin work',
      'git ls-remote origin refs/heads/work | wc -l; env; cat .git/config; git config --list --show-origin',
    ),
    config: { repository: { url } },
    secrets: [gitToken(host.secret())],
    more: { author: { name: 'Mara Lindqvist', email: 'mara@example.test' } },
  })
  expect(await server.ended(runId)).toMatchObject({ state: 'SUCCEEDED' })
  expect(host.git('team/app', 'log', '--format=%s %an', 'work')).toBe('more Mara Lindqvist\nfirst Test')
  const said = server.heard.join('\n')
  expect(said.includes(url)).toBe(true)
  for (const form of [host.token, Buffer.from(`x-access-token:${host.token}`).toString('base64')]) {
    expect(said.includes(form)).toBe(false)
    expect(holds(runner.folder, form)).toBe(false)
  }
  expect(await readdir(runner.config.folder)).not.toContain('keys')
})

test('the token of one host goes to no other one, and not to what a host leads on to', async () => {
  await start()
  const other = await startGitHost()
  const runId = server.start({
    prompt: runbook(
      `git ls-remote ${other.url}/team/app.git || echo no way`,
      `git ls-remote ${host.url}/moved/app.git || echo not moved`,
    ),
    config: { repository: { url: `${host.url}/team/app.git` } },
    secrets: [gitToken(host.secret())],
  })
  host.intercept((request, response) => {
    if (request.url?.startsWith('/moved/') !== true) return false
    response.writeHead(301, { location: `${other.url}${request.url.replace('/moved/', '/team/')}` }).end()
    return true
  })
  const run = await server.ended(runId)
  expect(run.state).toBe('SUCCEEDED')
  expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined])
  expect(server.heard.join('').includes('where its token is not sent')).toBe(true)
  await other.close()
})

test('nothing but git’s own requests is passed on with the token', async () => {
  await start()
  const runId = server.start({
    prompt: runbook(
      "cat > ask.mjs <<'EOF'",
      "import { execFileSync } from 'node:child_process'; import { request } from 'node:http'",
      String.raw`const [, base, header] = /^http\.(.*)\.extraheader (.*)$/m.exec(execFileSync('git', ['config', '--get-regexp', 'extraheader'], { encoding: 'utf8' }))`,
      "for (const [path, authorization] of [['api/v3/user', header], ['a/../api/x/info/refs?service=git-upload-pack', header], ['team/app.git/info/refs?service=git-upload-pack', '']])",
      `  await new Promise((done) => request({ host: '127.0.0.1', port: new URL(base).port, path: '/${host.host}/' + path, headers: { authorization: authorization.replace('Authorization: ', '') } }, (answer) => answer.on('end', done).pipe(process.stdout)).end())`,
      'EOF',
      'node ask.mjs',
    ),
    config: { repository: { url: `${host.url}/team/app.git` } },
    secrets: [gitToken(host.secret())],
  })
  expect(await server.ended(runId)).toMatchObject({ state: 'SUCCEEDED' })
  expect(host.requests.map(({ path }) => path).filter((path) => !path.startsWith('/team/app.git/'))).toEqual([])
  const said = server.heard.join('')
  expect(said.includes('Only git’s own requests are passed on')).toBe(true)
  expect(said.includes('This is not the token of a run')).toBe(true)
})

test('without a credential the run says which one is missing, and with a wrong one which one is wrong', async () => {
  await start()
  const config = { repository: { url: `${host.url}/team/app.git` } }
  const without = await server.ended(server.start({ prompt: runbook('true'), config }))
  expect(without.reason).toMatchObject({
    code: 'environment_setup_failed',
    part: 'repository',
    text: expect.stringContaining(`Drover has no credential for ${host.host}`),
  })
  const wrong = JSON.stringify({ host: host.url, token: 'another-token-000000', kind: 'github' })
  const refused = await server.ended(server.start({ prompt: runbook('true'), config, secrets: [gitToken(wrong)] }))
  expect(refused.reason?.text).toContain('does not accept the token of the secret GIT')
})

test('an SSH key is there for git alone, offered to its host, and gone afterwards', async () => {
  const [bin, log] = [join(more, 'bin'), join(more, 'ssh.log')]
  await mkdir(bin)
  // What ssh would do, without a network: the last word is the command for the other side.
  const script = `#!/bin/sh
echo "$@" >> ${log}
while [ "$1" != "" ]; do case "$1" in -F) cat "$2" >> ${log}; cat $(sed -n 's/^  IdentityFile "\\(.*\\)"/\\1/p' "$2") >> ${log}; esac; last="$1"; shift; done
cd ${host.git('team/app', 'rev-parse', '--absolute-git-dir').replace(/team\/app\.git$/, '')} && eval "$last"
`
  await writeFile(join(bin, 'ssh'), script)
  await chmod(join(bin, 'ssh'), 0o755)
  await start({ PATH: `${bin}:${process.env['PATH'] ?? ''}` })
  const privateKey =
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----\n'
  const value = JSON.stringify({ privateKey, host: 'git.example.com', knownHosts: 'git.example.com ssh-ed25519 AAAA' })
  const runId = server.start({
    prompt: runbook('cat README.md; env'),
    config: { repository: { url: 'git@git.example.com:team/app.git' } },
    secrets: [RunSecret.parse({ name: 'KEY', kind: 'ssh_key', value })],
  })
  expect(await server.ended(runId)).toMatchObject({ state: 'SUCCEEDED' })
  const seen = await readFile(log, 'utf8')
  expect(seen).toContain('BatchMode=yes')
  expect(seen).toContain('Match host "git.example.com"')
  expect(seen).toContain('StrictHostKeyChecking yes')
  expect(seen).toContain(privateKey)
  expect(holds(runner.folder, 'BEGIN OPENSSH')).toBe(false)
  expect(server.heard.join('').includes('BEGIN OPENSSH')).toBe(false)
})
