import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { EnvironmentId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { runFolders } from '../run/folders.ts'

vi.setConfig({ testTimeout: 40_000 })

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>>
let repository: Awaited<ReturnType<typeof makeRepository>>
let other: Awaited<ReturnType<typeof makeRepository>>

beforeEach(async () => {
  server = await startControlServer()
  repository = await makeRepository({ 'a.txt': 'first\n', '.gitignore': 'made\n' })
  other = await makeRepository({ 'b.txt': 'library\n' })
  runner = await startRunner({ url: server.url })
  server.answerAll(() => ({ kind: 'allow_once' }))
})
afterEach(async () => {
  await runner.close()
  await server.close()
  await repository.remove()
  await other.remove()
})

type Environment = NonNullable<Assignment['environment']>
const environment = (more: Partial<Environment> = {}): Environment => ({
  id: EnvironmentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'),
  revision: 1,
  name: 'Billing',
  repositories: [{ url: repository.path }],
  setupCommands: [{ command: 'echo "$GREETING" > made && date +%s%N > "$HOME/stamp"' }],
  variables: [{ name: 'GREETING', value: 'hello' }],
  ...more,
})

async function perform(
  env: Environment,
  { script = 'true', config = {}, secrets }: { script?: string; config?: object; secrets?: Assignment['secrets'] } = {},
): Promise<SeenRun & { runId: string; titles: string[]; text: string }> {
  const runId = server.start({
    prompt: `\`\`\`sh\n${script}\n\`\`\``,
    config,
    more: { environment: env, ...(secrets === undefined ? {} : { secrets }) },
  })
  const run = await server.ended(runId)
  const bodies = [...run.entries.values()].map(({ body }) => body)
  const steps = bodies.flatMap((body) => (body.kind === 'step' ? [body] : []))
  const text = bodies.flatMap((body) =>
    (body.kind === 'step' || body.kind === 'tool') && body.output !== undefined ? [wholeText(body.output) ?? ''] : [],
  )
  return { ...run, runId, titles: steps.map(({ title }) => title), text: text.join('') }
}
const workspaceOf = (runId: string) => runFolders(join(runner.folder, 'runs'), runId as never)
const filesOf = (run: SeenRun) =>
  run.events.findLast((event) => event.body.type === 'files')?.body ?? { type: 'files', files: [] }

test('the second run takes what the first one made, and its changes are its own', async () => {
  const first = await perform(environment(), { script: 'cat made; echo more >> a.txt' })
  expect(first.state).toBe('SUCCEEDED')
  expect(first.titles.at(-1)).toBe('Keep the set-up for later runs')
  expect(first.text).toContain('hello\n')
  const second = await perform(environment(), { script: 'cat made; echo 2 >> a.txt; echo "got $GREETING"' })
  expect(second.state).toBe('SUCCEEDED')
  expect(second.titles).toEqual(['Take the set-up of an earlier run'])
  expect(second.text).toContain('got hello')
  expect(filesOf(second)).toMatchObject({ files: [{ path: 'a.txt', added: 1, removed: 0 }] })
  const [one, two] = [workspaceOf(first.runId), workspaceOf(second.runId)]
  expect(await readFile(join(two.home, 'stamp'), 'utf8')).toBe(await readFile(join(one.home, 'stamp'), 'utf8'))
  expect(await readFile(join(one.workspace, 'a.txt'), 'utf8')).toBe('first\nmore\n')
})

test('a new commit, and another command, are another set-up', async () => {
  await perform(environment())
  await writeFile(join(repository.path, 'a.txt'), 'second\n')
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qam', 'second'], {
    cwd: repository.path,
  })
  const moved = await perform(environment(), { script: 'cat a.txt' })
  expect(moved.titles[0]).toMatch(/^Clone/)
  expect(moved.text).toContain('second\n')
  const changed = await perform(environment({ setupCommands: [{ command: 'touch made' }] }))
  expect(changed.titles[0]).toMatch(/^Clone/)
})

test('several repositories lie side by side, and what changes in each is told', async () => {
  const both = environment({
    repositories: [
      { url: repository.path, folder: 'service' },
      { url: other.path, folder: 'library' },
    ],
    setupCommands: [],
  })
  const run = await perform(both, {
    script: 'ls; echo x >> service/a.txt; echo y >> library/b.txt; echo z > library/new.txt',
  })
  expect(run.state).toBe('SUCCEEDED')
  expect(run.text).toContain('library\nservice\n')
  const files = filesOf(run)
  expect('files' in files && files.files.map((file) => ('path' in file ? file.path : '')).toSorted()).toEqual([
    'library/b.txt',
    'library/new.txt',
    'service/a.txt',
  ])
  const second = await perform(both, { script: 'cat library/b.txt' })
  expect(second.titles).toEqual(['Take the set-up of an earlier run'])
  expect(second.text).toContain('library\n')
})

test('a command that fails ends the run with its exit code and what it said last; nothing is kept', async () => {
  const run = await perform(environment({ setupCommands: [{ command: 'echo before; echo broken >&2; exit 7' }] }))
  expect(run).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed' } })
  expect(run.reason?.text).toMatch(/ended with exit code 7\.\n[^]*broken/)
  const again = await perform(environment({ setupCommands: [{ command: 'echo before; echo broken >&2; exit 7' }] }))
  expect(again.titles[0]).toMatch(/^Clone/)
})

test.each([
  ['a command that uses a secret', 'echo "$TOKEN_X" > /dev/null', /uses the secret TOKEN_X/],
  ['a file that names the run’s own folder', 'echo "$PWD/bin" > path.txt', /path\.txt names this run’s own folder/],
])('%s is not kept, and the run says why', async (_name, command, why) => {
  const secrets = [{ name: 'TOKEN_X' as never, kind: 'text' as const, value: 'hidden-value' }]
  const run = await perform(environment({ setupCommands: [{ command }] }), { secrets })
  expect(run.state).toBe('SUCCEEDED')
  expect(run.text).toMatch(why)
})

test('a test of an environment makes it ready, starts no agent, and leaves it for the next run', async () => {
  const tried = await perform(environment(), { script: 'echo NEVER', config: { setUpOnly: true } })
  expect(tried.state).toBe('SUCCEEDED')
  expect(tried.text).not.toContain('NEVER')
  expect([...tried.entries.values()].some(({ body }) => body.kind === 'tool')).toBe(false)
  const run = await perform(environment())
  expect(run.titles).toEqual(['Take the set-up of an earlier run'])
})

test('what the run itself says takes the place of the environment’s', async () => {
  const run = await perform(environment(), {
    script: 'ls',
    config: { repository: { url: other.path }, setupCommands: ['touch mine'] },
  })
  expect(run.text).toContain('b.txt\nmine\n')
  expect(existsSync(join(workspaceOf(run.runId).workspace, 'made'))).toBe(false)
})
