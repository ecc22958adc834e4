import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RunSecret } from '#shared/domain/secret.ts'
import { startControlServer } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { startGitHost } from '#test/fakes/git-host.ts'
import { startRunner } from '#test/fakes/runner.ts'

const missing = await dockerMissing()

describe.skipIf(missing !== undefined)(`git in Docker${missing === undefined ? '' : ` (${missing})`}`, () => {
  test('a container without a network clones and pushes to a private host, and has no token of it', async () => {
    const home = await mkdtemp(join(tmpdir(), 'drover-git-home-'))
    const [server, host] = await Promise.all([startControlServer(), startGitHost()])
    server.answerAll(() => ({ kind: 'allow_once' }))
    const runner = await startRunner({ url: server.url, environment: { ...dockerSettings(), HOME: home } })
    try {
      const script = [
        'echo more >> README.md && git switch -q -c work && git commit -qam more',
        'git push -q origin work && git ls-remote origin refs/heads/work',
        'env; cat .git/config; git log -1 --format="%an by %cn"',
      ].join('\n')
      const runId = server.start({
        sandbox: 'docker',
        prompt: `\`\`\`sh\n${script}\n\`\`\``,
        config: { repository: { url: `${host.url}/team/app.git` } },
        secrets: [RunSecret.parse({ name: 'GIT', kind: 'git_token', value: host.secret() })],
        more: { author: { name: 'Mara Lindqvist', email: 'mara@example.test' } },
      })
      const run = await server.ended(runId)
      expect(run.reason?.text).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      expect(host.git('team/app', 'log', '-1', '--format=%s %an <%ae> %cn', 'work')).toBe(
        'more Mara Lindqvist <mara@example.test> Drover agent',
      )
      expect(server.heard.join('').includes(host.token)).toBe(false)
    } finally {
      await runner.close()
      await Promise.all([server.close(), host.close(), rm(home, { recursive: true, force: true })])
    }
  })
})
