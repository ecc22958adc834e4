import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { SecretName, type RunSecret } from '#shared/domain/secret.ts'
import type { RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import type { Log } from './log.ts'

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>>
let repository: Awaited<ReturnType<typeof makeRepository>>
const logged: string[] = []
const log: Log = {
  info: (facts, sentence) => void logged.push(JSON.stringify([facts, sentence])),
  warn: (facts, sentence) => void logged.push(JSON.stringify([facts, sentence])),
  error: (facts, sentence) => void logged.push(JSON.stringify([facts, sentence])),
}
const value = 'tok/EN+with "marks" 0123456789'
const secret = (name: string, text: string, kind: RunSecret['kind'] = 'text'): RunSecret => ({
  name: SecretName.parse(name),
  kind,
  value: text,
})

beforeEach(async () => {
  server = await startControlServer()
  runner = await startRunner({ url: server.url, log })
  repository = await makeRepository({ 'a.txt': 'one\n' })
  server.answerAll(() => ({ kind: 'allow_once' }))
})
afterEach(async () => {
  await runner.close()
  await server.close()
  await repository.remove()
  logged.length = 0
})

const outputOf = (runId: RunId): string =>
  [...server.run(runId).entries.values()]
    .toSorted((a, b) => a.n - b.n)
    .flatMap(({ body }) =>
      (body.kind === 'tool' || body.kind === 'step') && body.output !== undefined
        ? [wholeText(body.output) ?? body.output.head]
        : [],
    )
    .join('')

/** Every file of the runner's folder but the workspace, which is the agent's own. */
async function filesOf(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !path.includes('/workspace/') && !path.includes('/changes/')) found.push(path)
  }
  return found
}

test('a run has its secrets, and what it prints and changes goes out without them', async () => {
  const prompt = [
    'Print it in every way.',
    '```sh',
    'echo "it is $TOKEN"; printf %s "$TOKEN" | base64 -w 8; printf %s "$TOKEN" | od -An -tx1 -v | tr -d " \\n"',
    '```',
    '```sh',
    'i=0; while [ $i -lt 700 ]; do echo "line $i of a long output $TOKEN"; i=$((i+1)); done',
    '```',
    '```sh',
    'echo "key: $TOKEN" > a.txt; echo "$TOKEN" > new.txt; printf %s "$TOKEN" | base64 > b64.txt; export LEFT=behind',
    '```',
  ].join('\n')
  const runId = server.start({
    prompt,
    config: { repository: { url: repository.path }, setupCommands: ['echo "set up with $TOKEN and $GIT"'] },
    secrets: [secret('TOKEN', value), secret('GIT', '{"host":"a.test","token":"git-token-1"}', 'git_token')],
  })
  const run = await server.ended(runId)
  expect(run.state).toBe('SUCCEEDED')
  const output = outputOf(runId)
  // Credentials that are used for something are no variables.
  expect(output).toContain('set up with [secret TOKEN] and \n')
  expect(output).toContain('it is [secret TOKEN]\n')
  expect(output).toContain('line 0 of a long output [secret TOKEN]\n')
  const diff = [...server.blobs.values()].map(String).find((text) => text.startsWith('diff --git a/a.txt'))
  expect(diff).toContain('-one\n+key: [secret TOKEN]\n')
  const artifact = run.events.findLast(({ body }) => body.type === 'artifact')?.body
  expect(artifact).toMatchObject({ artifact: { detail: expect.stringContaining('so it can’t be applied') } })
  // Git takes it as a diff all the same: its lines are counted right.
  expect(execFileSync('git', ['apply', '--numstat'], { input: diff ?? '', cwd: repository.path }).toString()).toContain(
    '1\t1\ta.txt',
  )

  const said = [...server.heard, ...logged, ...[...server.blobs.values()].map(String)]
  const files = await Promise.all((await filesOf(runner.folder)).map((path) => readFile(path, 'utf8')))
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString('hex'),
  ]
  for (const text of [...said, ...files]) {
    for (const form of [...forms, Buffer.from(value).toString('base64').slice(0, 8), 'git-token-1'])
      expect(text.includes(form)).toBe(false)
  }
  expect(files.some((text) => text.includes('LEFT=behind'))).toBe(true)
})

test('the turn of another person does not find the secrets of the one before, in no process and no note', async () => {
  const runId = server.start({
    prompt: '```sh\nexport KEPT=yes; (sleep 60 & echo $! > pid); echo "$ONE"\n```',
    secrets: [secret('ONE', 'the-first-value')],
  })
  await server.ended(runId)
  server.follow(
    runId,
    '```sh\necho "one=$ONE two=$TWO kept=$KEPT"; case "$(ps -o stat= -p $(cat pid))" in ""|Z*) echo gone;; esac\n```',
    [secret('TWO', 'the-second-value'), secret('SHORT', 'true')],
  )
  const run = await server.ended(runId, 2)
  expect(run.state).toBe('SUCCEEDED')
  expect(outputOf(runId)).toContain('one= two=[secret TWO] kept=yes\n')
  expect(outputOf(runId)).toContain('gone\n')
  // What an earlier turn had is hidden still: a file may hold it.
  server.follow(runId, '```sh\necho the-first-value\n```')
  await server.ended(runId, 3)
  expect(outputOf(runId)).toMatch(/\[secret ONE\]\n$/)
  const notices = [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))
  expect(notices).toContain('Too short or too common to be hidden where they are printed: SHORT.')
})
