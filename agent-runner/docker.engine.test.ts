import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import type { EnvironmentSnapshot } from '#shared/domain/environment.ts'
import { EnvironmentId, PromptId, UserId, uuidv7 } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { dockerMissing, dockerSettings } from '#test/fakes/docker.ts'
import { makeRepository, sourceRoot, startRunner } from '#test/fakes/runner.ts'
import { hashOf, pngOf } from '#test/pictures.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'
import { runFolders } from './run/folders.ts'
import { createDockerEngine } from './sandbox/docker-engine.ts'

const missing = await dockerMissing()
const engine = createDockerEngine({
  socket: process.env['DROVER_TEST_DOCKER_SOCKET'],
  host: process.env['DOCKER_HOST'],
})
const containersOf = (runId: string) =>
  engine.docker.listContainers({ all: true, filters: { label: [`dev.drover.run=${runId}`] } })

const eatMemory = 'const a=[];for(;;)a.push(Buffer.alloc(4e6,1))'
/** A program from this machine, as harnesses are, that has no other use. */
const eater: HarnessDeclaration = {
  id: HarnessId.parse('eater'),
  name: 'Eater',
  letters: 'EA',
  version: undefined,
  sandboxes: ['docker'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({
    tools: [process.execPath],
    argv: (inside) => [inside(process.execPath), '-e', eatMemory],
    env: () => ({}),
  }),
  quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
}

const promptAgent = join(sourceRoot, 'test/fakes/prompt-agent.ts')
/** Says back what stands in its prompt. */
const echo: HarnessDeclaration = {
  ...eater,
  id: HarnessId.parse('echo'),
  name: 'Echo',
  prepare: async () => ({
    tools: [process.execPath, promptAgent],
    argv: (inside) => [inside(process.execPath), inside(promptAgent), 'images'],
    env: () => ({}),
  }),
}

describe.skipIf(missing !== undefined)(`runs in Docker${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: ControlServer
  let runner: Awaited<ReturnType<typeof startRunner>>
  let repository: Awaited<ReturnType<typeof makeRepository>>

  beforeEach(async () => {
    server = await startControlServer()
    runner = await startRunner({
      url: server.url,
      environment: { ...dockerSettings(), DROVER_DOCKER_MEMORY_MB: '256', DROVER_DOCKER_PIDS: '200' },
      harnesses: [eater, echo],
    })
    repository = await makeRepository({ 'a.txt': 'one\n' })
    server.answerAll(() => ({ kind: 'allow_once' }))
  })
  afterEach(async () => {
    await runner.close()
    await server.close()
    await repository.remove()
  })

  const outputs = (run: SeenRun) =>
    [...run.entries.values()].flatMap(({ body }) =>
      (body.kind === 'tool' || body.kind === 'step') && body.output !== undefined ? [wholeText(body.output) ?? ''] : [],
    )
  const start = (script: string, config = {}) =>
    server.start({ sandbox: 'docker', prompt: `\`\`\`sh\n${script}\n\`\`\``, config })

  test('a runbook works on a clone as a plain user without rights, and its diff comes out', async () => {
    const script = [
      'id -u; pwd; cat a.txt',
      'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status',
      'ls /var/run/docker.sock 2>&1 || true',
      'env | grep -c -i -E "drover_api|secret" || true',
      'echo two >> a.txt',
      'touch /opt/drover/x 2>&1 || echo no way',
    ].join('\n')
    const runId = start(script, { repository: { url: repository.path }, setupCommands: ['echo set up in $PWD'] })
    const run = await server.ended(runId)
    expect(run.reason).toBeUndefined()
    expect(run.state).toBe('SUCCEEDED')
    const text = outputs(run).join('')
    expect(text).toContain('set up in /workspace')
    expect(text).toContain('1000\n/workspace\none\n')
    expect(text).toMatch(/CapEff:\s+0000000000000000/)
    expect(text).toMatch(/NoNewPrivs:\s+1/)
    expect(text).toContain("cannot access '/var/run/docker.sock'")
    expect(text).toContain('no way')
    const files = run.events.findLast((event) => event.body.type === 'files')?.body
    expect(files).toMatchObject({ files: [{ path: 'a.txt', added: 1 }] })
    const [container] = await containersOf(runId)
    const inspected = await engine.docker.getContainer(container?.Id ?? '').inspect()
    expect(inspected.HostConfig).toMatchObject({
      Memory: 256 * 1024 * 1024,
      PidsLimit: 200,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Init: true,
    })
    await runner.close()
    expect(await containersOf(runId)).toEqual([])
  })

  test('files of a message lie in the home folder of the agent’s user, and pictures stand in the prompt', async () => {
    const picture = Buffer.from(pngOf({ width: 3, height: 2 }))
    server.blobs.set(hashOf(picture), picture)
    const attachments = [
      { blob: hashOf(picture), name: 'shot (1).png', type: 'png' as const, bytes: picture.byteLength },
    ]
    const prompt = { promptId: PromptId.parse(uuidv7(Date.now(), randomBytes(10))), text: 'Look', attachments }
    const runId = server.start({ harness: 'echo', sandbox: 'docker', prompt: 'Look', more: { prompt } })
    const run = await server.ended(runId)
    expect(run.reason).toBeUndefined()
    const said = [...run.entries.values()].flatMap(({ body }) =>
      body.kind === 'message' ? [wholeText(body.text) ?? ''] : [],
    )
    const inside = `attachments/${hashOf(picture).slice(0, 12)}/shot (1).png`
    expect(said.join('')).toContain(`/home/drover/${inside}`)
    expect(said.join('')).toContain(picture.toString('base64'))
    const here = join(runFolders(join(runner.folder, 'runs'), runId).home, inside)
    expect(await readFile(here)).toEqual(picture)
    expect((await stat(here)).uid).toBe(1000)
  })

  test('a stop ends every process of the container, daemons too, and removes it', async () => {
    const runId = start('setsid nohup sleep 600 >/dev/null 2>&1 &\nsleep 600')
    await server.until(
      () =>
        [...server.run(runId).entries.values()].some(
          ({ body }) => body.kind === 'tool' && body.status === 'in_progress',
        ),
      'the step runs',
    )
    const before = Date.now()
    server.deliver(runId, { type: 'stop', by: UserId.parse('person-1') })
    expect((await server.ended(runId)).state).toBe('CANCELLED')
    expect(Date.now() - before).toBeLessThan(15_000)
    await server.until(() => runner.activeRuns().length === 0, 'it is over')
    expect(await containersOf(runId)).toEqual([])
  })

  test('out of memory is told as such', async () => {
    const asked: string[] = []
    server.answerAll(({ subject }) => {
      if (subject.kind !== 'question') return { kind: 'allow_once' }
      asked.push(subject.question)
      return { kind: 'option', optionId: 'stop' }
    })
    expect(await server.ended(start(`node -e "${eatMemory}"`))).toMatchObject({ reason: { code: 'step_failed' } })
    expect(asked).toEqual([
      'The sandbox ran out of memory: give it more, or run less at once. How shall the runbook go on?',
    ])

    // A harness that the kernel ends has nobody to ask.
    const run = await server.ended(server.start({ sandbox: 'docker', harness: eater.id, prompt: 'eat' }))
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_out_of_memory' } })
  })

  test.skipIf(process.arch !== 'x64')('an image built on musl is refused as such', async () => {
    const image = await importMuslImage()
    try {
      const run = await server.ended(
        server.start({ sandbox: 'docker', harness: eater.id, prompt: 'eat', config: { image } }),
      )
      expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_failed', retryable: false } })
      expect(run.reason?.text).toBe(
        `The image ${image} is built on musl, as Alpine Linux is. Harnesses need an image with glibc, such as debian or ubuntu.`,
      )
      await server.until(() => runner.activeRuns().length === 0, 'it is over')
      expect(await containersOf(run.runId)).toEqual([])
    } finally {
      await engine.docker.getImage(image).remove({ force: true })
    }
  })

  test('without clean-up the container and the folder stay, with it both go', async () => {
    const script = 'echo kept > kept.txt'
    const removed = start(script)
    expect((await server.ended(removed)).state).toBe('SUCCEEDED')
    await runner.close()
    expect(await containersOf(removed)).toEqual([])

    runner = await startRunner({ url: server.url, environment: { ...dockerSettings(), DROVER_NO_CLEANUP: '1' } })
    const kept = start(script)
    expect((await server.ended(kept)).state).toBe('SUCCEEDED')
    server.dropRun(kept)
    const behind = server.deliver(kept, { type: 'stop', by: UserId.parse('person-1') })
    await server.until(() => server.receipts.some((one) => one.deliveryId === behind), 'the drop is carried out')
    const [container] = await containersOf(kept)
    expect(container?.State).toBe('exited')
    expect(existsSync(join(runFolders(join(runner.folder, 'runs'), kept).workspace, 'kept.txt'))).toBe(true)
    await engine.docker.getContainer(container?.Id ?? '').remove({ force: true })
  })

  test('a run that may reach few hosts is told, once each, which it was refused', async () => {
    server.setEgress({ kind: 'hosts', hosts: ['registry.example.com'] })
    const ask = "node -e \"fetch('http://evil.example/').catch(() => console.log('refused'))\""
    const run = await server.ended(start(`${ask}; ${ask}; printenv https_proxy`))
    expect(run.state).toBe('SUCCEEDED')
    expect(outputs(run).join('')).toBe('refused\nrefused\nhttp://127.0.0.1:3128\n')
    const notices = [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))
    expect(notices).toEqual(['A connection was refused: evil.example (port 80) is not listed.'])
  })

  test('an image that is nowhere', async () => {
    const run = await server.ended(start('true', { image: 'localhost:9/nothing/here:1' }))
    expect(run).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed', part: 'image' } })
    expect(run.reason?.text).toContain('The image localhost:9/nothing/here:1 is not on this machine')
  })

  test('an environment says when its image is fetched', async () => {
    const within = (more: Partial<EnvironmentSnapshot>) => {
      const environment = {
        id: EnvironmentId.parse(uuidv7(Date.now(), randomBytes(10))),
        ...{ name: 'Here', revision: 1, repositories: [], setupCommands: [], variables: [], ...more },
      }
      return server.ended(server.start({ sandbox: 'docker', prompt: '```sh\ntrue\n```', more: { environment } }))
    }
    // No registry has it, so that a try would show.
    const { DROVER_DOCKER_IMAGE: image } = dockerSettings()
    expect(await within({ image, pullPolicy: 'missing' })).toMatchObject({ state: 'SUCCEEDED' })
    const always = await within({ image, pullPolicy: 'always' })
    expect(always).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed', part: 'image' } })
    expect(always.reason?.text).toContain(`The image ${image} is to be fetched each time, and could not be`)
    const never = await within({ image: 'localhost:9/nothing/here:1', pullPolicy: 'never' })
    expect(never).toMatchObject({ state: 'FAILED', reason: { code: 'environment_setup_failed', part: 'image' } })
    expect(never.reason?.text).toContain('its environment says that it is never fetched')
  })
})

/** As small as an image of Alpine could be: its loader, no glibc, and a `sleep` that needs neither. */
async function importMuslImage(): Promise<string> {
  const image = 'drover-test-musl:1'
  const tree = await mkdtemp(join(tmpdir(), 'drover-musl-'))
  try {
    for (const folder of ['bin', 'lib', 'tmp', 'etc']) await mkdir(join(tree, folder))
    await writeFile(join(tree, 'lib/ld-musl-x86_64.so.1'), '')
    await writeFile(join(tree, 'bin/sleep'), pausingProgram())
    await chmod(join(tree, 'bin/sleep'), 0o755)
    const tar = execFileSync('tar', ['-C', tree, '--owner=0', '--group=0', '-cf', '-', '.'])
    const [repo, tag] = image.split(':')
    const answer = await engine.docker.importImage(Readable.from([tar]), { repo, tag, changes: 'ENV PATH=/bin' })
    for await (const _ of answer);
    return image
  } finally {
    await rm(tree, { recursive: true, force: true })
  }
}

/** A static ELF program for Linux on x86-64 that does `for (;;) pause();`. */
function pausingProgram(): Buffer {
  const base = 0x400000
  const code = Buffer.from([0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7])
  const header = Buffer.alloc(120)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(62, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(base + 120), 24)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  // One segment, readable and executable: the whole file.
  header.writeUInt32LE(1, 64)
  header.writeUInt32LE(5, 68)
  header.writeBigUInt64LE(BigInt(base), 80)
  header.writeBigUInt64LE(BigInt(base), 88)
  header.writeBigUInt64LE(BigInt(header.length + code.length), 96)
  header.writeBigUInt64LE(BigInt(header.length + code.length), 104)
  header.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([header, code])
}

describe('without Docker', () => {
  test('the runner says why, and a run that wants it is not taken', async () => {
    const server = await startControlServer()
    const runner = await startRunner({ url: server.url, environment: { DROVER_DOCKER_SOCKET: '/nowhere/docker.sock' } })
    const runId = server.start({ sandbox: 'docker', prompt: 'x' })
    await server.until(() => server.run(runId).rejected.length > 0, 'it is rejected')
    expect(server.run(runId).rejected[0]).toContain('there is no socket at /nowhere/docker.sock')
    expect(server.hellos[0]).toMatchObject({ sandboxes: ['direct'] })
    expect(server.hellos[0]?.problems[0]).toContain('Docker is not running')
    await runner.close()
    await server.close()
  })
})
