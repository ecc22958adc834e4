import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { makeRunnerFolder } from '#test/fakes/kept-tools.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { bodies, read } from '#test/fakes/harness-world.ts'

const missing = await dockerMissing()
const shell = (script: string): string => `\`\`\`sh\n${script}\n\`\`\``
const outputOf = (run: SeenRun): string =>
  bodies(run)
    .flatMap((body) => (body.kind === 'tool' ? [read(body.output)] : []))
    .join('')

test.skipIf(missing !== undefined)(
  `a follow-up whose container and folder are gone gets both back from its snapshot, and works on as the plain user${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 120_000 },
  async () => {
    const server = await startControlServer({ snapshots: true })
    server.answerAll(() => ({ kind: 'allow_once' }))
    const folder = await makeRunnerFolder()
    const repository = await makeRepository({ 'a.txt': 'one\n', 'gone.txt': 'old\n' })
    const start = () => startRunner({ url: server.url, folder: folder.path, environment: dockerSettings() })
    let runner = await start()
    try {
      const runId = server.start({
        sandbox: 'docker',
        config: { repository: { url: repository.path }, setupCommands: ['mkdir -p /home/drover/tools'] },
        prompt: shell(
          [
            'export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com',
            'git checkout -q -b feature && echo two >> a.txt && git commit -qam second',
            'echo three >> a.txt; rm gone.txt; mkdir -p new && echo made > new/made.txt; chmod +x new/made.txt',
          ].join('\n'),
        ),
      })
      expect(await server.ended(runId)).toMatchObject({ state: 'SUCCEEDED' })
      await server.until(
        () => server.run(runId).events.some(({ body }) => body.type === 'snapshot'),
        'the workspace is saved',
      )
      // Closing it removes its containers.
      await runner.close()
      await rm(join(folder.path, 'runs'), { recursive: true })

      runner = await start()
      server.follow(
        runId,
        shell(
          'hostname; id -u; stat -c %u . a.txt new new/made.txt .git; git status -sb; echo four >> a.txt; touch made-now',
        ),
      )
      const run = await server.ended(runId, 2)
      expect(run.reason).toBeUndefined()
      expect(run.state).toBe('SUCCEEDED')
      expect(bodies(run).flatMap((body) => (body.kind === 'step' ? [body.title] : []))).toContain(
        'Restore the workspace',
      )
      expect(bodies(run).flatMap((body) => (body.kind === 'notice' ? [body.text] : []))).toEqual([])
      expect(outputOf(run)).toMatch(
        /\n1000\n1000\n1000\n1000\n1000\n1000\n## feature\n M a\.txt\n D gone\.txt\n\?\? new\/\n$/,
      )
      const workspace = join(folder.path, 'runs', runId, 'workspace')
      expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\nfour\n')
      const log = execFileSync('git', ['-c', `safe.directory=${workspace}`, 'log', '--format=%s'], { cwd: workspace })
      expect(log.toString()).toMatch(/^second\nfirst/)
    } finally {
      await runner.close()
      await server.close()
      await repository.remove()
      await folder.remove()
    }
  },
)
