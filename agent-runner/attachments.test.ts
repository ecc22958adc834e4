import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Attachment } from '#shared/domain/attachment.ts'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { pageMention, pathMention, symbolMention } from '#shared/domain/mention.ts'
import { PromptId, uuidv7, type RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { sourceRoot, startRunner } from '#test/fakes/runner.ts'
import { hashOf, pngOf } from '#test/pictures.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'

const picture = pngOf({ width: 3, height: 2 })
const text = new TextEncoder().encode('the long note')
const shot: Attachment = { blob: hashOf(picture), name: 'shot.png', type: 'png', bytes: picture.byteLength }
const note: Attachment = { blob: hashOf(text), name: 'note.md', type: 'text', bytes: text.byteLength }

const agent = (takes: string): HarnessDeclaration => ({
  id: HarnessId.parse('echo'),
  name: 'Echo',
  letters: 'EC',
  version: undefined,
  sandboxes: ['direct'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({
    tools: [],
    argv: () => [process.execPath, join(sourceRoot, 'test/fakes/prompt-agent.ts'), takes],
    env: ({ config }) => ({ ...(config.model === undefined ? {} : { ECHO_MODEL: config.model }) }),
  }),
  quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
})

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>> | undefined
beforeEach(async () => {
  server = await startControlServer()
  server.blobs.set(shot.blob, Buffer.from(picture))
  server.blobs.set(note.blob, Buffer.from(text))
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await server.close()
})

async function start(takes: string, attachments: Attachment[]): Promise<RunId> {
  runner = await startRunner({ url: server.url, harnesses: [agent(takes)] })
  const prompt = { promptId: PromptId.parse(uuidv7(Date.now(), randomBytes(10))), text: 'Look', attachments }
  return server.start({ harness: 'echo', prompt: 'Look', more: { prompt } })
}
const Blocks = z.array(z.record(z.string(), z.unknown()))
function heard(run: SeenRun): z.infer<typeof Blocks> {
  const said = [...run.entries.values()].findLast(({ body }) => body.kind === 'message')?.body
  return Blocks.parse(JSON.parse(said?.kind === 'message' ? (wholeText(said.text) ?? '') : '[]'))
}
const pathOf = (blocks: z.infer<typeof Blocks>, name: string): string =>
  new RegExp(`^- ${name}: (.*)$`, 'm').exec(String(blocks[1]?.['text']))?.[1] ?? ''

test('an agent that takes pictures and texts is shown them; each lies in its home folder too, and no change of the run is made of it', async () => {
  const run = await server.ended(await start('images,texts', [shot, note]))
  const blocks = heard(run)
  expect(blocks).toMatchObject([
    { type: 'text', text: 'Look' },
    { type: 'text' },
    { type: 'image', mimeType: 'image/png', data: Buffer.from(picture).toString('base64') },
    { type: 'resource', resource: { mimeType: 'text/plain', text: 'the long note' } },
  ])
  expect(new Uint8Array(await readFile(pathOf(blocks, 'shot.png')))).toEqual(picture)
  expect(await readFile(pathOf(blocks, 'note.md'), 'utf8')).toBe('the long note')
  expect(run.events.flatMap(({ body }) => (body.type === 'files' ? body.files : []))).toEqual([])
  expect([...run.entries.values()][0]?.body).toMatchObject({ kind: 'user', attachments: [shot, note] })
})

test('an agent that takes neither is told where they lie', async () => {
  const blocks = heard(await server.ended(await start('', [shot, note])))
  expect(blocks).toHaveLength(2)
  expect(new Uint8Array(await readFile(pathOf(blocks, 'shot.png')))).toEqual(picture)
})

test('a file that calls itself a picture goes by what its bytes are', async () => {
  const page = Buffer.from('<script>alert(1)</script>')
  const liar: Attachment = { ...shot, blob: hashOf(page), bytes: page.byteLength }
  server.blobs.set(liar.blob, page)
  const blocks = heard(await server.ended(await start('images,texts', [liar])))
  expect(blocks.map(({ type }) => type)).toEqual(['text', 'text', 'resource'])
})

test('files and symbols that a message mentions reach the agent by their paths; what is not there is said', async () => {
  runner = await startRunner({ url: server.url, harnesses: [agent('')] })
  const symbol = symbolMention({ name: 'mend', path: 'src/gone.ts', line: 3 })
  const text = `Read ${pathMention('src/gone (1).ts')}, rename ${symbol}`
  const prompt = { promptId: PromptId.parse(uuidv7(Date.now(), randomBytes(10))), text }
  const run = await server.ended(server.start({ harness: 'echo', prompt: text, more: { prompt } }))
  expect(heard(run).map(({ text: said }) => said)).toEqual([
    'Read `src/gone (1).ts`, rename `mend` (`src/gone.ts`, line 3)',
    'Mentioned in the message, but not in the workspace: src/gone (1).ts, src/gone.ts',
  ])
  const [said] = [...run.entries.values()]
  expect(said?.body).toMatchObject({ kind: 'user', text: { head: text } })
})

test('a message waits for a file that is still on its way', async () => {
  server.blobs.delete(shot.blob)
  const runId = await start('images', [shot])
  const waits = (run: SeenRun): boolean =>
    [...run.entries.values()].some(({ body }) => body.kind === 'notice' && body.text.includes('still on their way'))
  await server.until(() => waits(server.run(runId)), 'it waits')
  server.blobs.set(shot.blob, Buffer.from(picture))
  expect(heard(await server.ended(runId)).map(({ type }) => type)).toEqual(['text', 'text', 'image'])
})

test('pages that a message mentions are read once, as text; one that can’t be read is said', async () => {
  const asked: (string | undefined)[] = []
  const pages = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(request.url === '/gone' ? 404 : 200, { 'content-type': 'text/html' })
    response.end('<h1>How to</h1><p>Read <a href="/other">more</a>.</page></p>')
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  runner = await startRunner({ url: server.url, harnesses: [agent('')] })
  const words = `By ${pageMention(`${origin}/guide`)} and ${pageMention(`${origin}/gone`)}`
  const prompt = { promptId: PromptId.parse(uuidv7(Date.now(), randomBytes(10))), text: words }
  const run = await server.ended(server.start({ harness: 'echo', prompt: words, more: { prompt } }))
  pages.close()
  const [said, guide = '', gone = ''] = heard(run).map(({ text: one }) => String(one))
  expect(said).toBe(`By ${origin}/guide and ${origin}/gone`)
  expect(guide).toMatch(/^<page url="http:[^"]+\/guide" read="20[^"]+">\nHOW TO\n\nRead more \[\/other\]\.\n<\/page>\n/)
  expect(gone).toContain('/gone answered with status 404.')
  expect(asked.toSorted()).toEqual(['/gone', '/guide'])
  const notices = [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))
  expect(notices).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Read http.*\/guide: \d+ characters\.$/),
      'A page could not be read, so the message went to the agent with its address alone.',
    ]),
  )
})

test.each(['models', 'first-model'])(
  'a turn works with the model that the run has by then, and goes back to one that it had: %s',
  async (takes) => {
    runner = await startRunner({ url: server.url, harnesses: [agent(takes)] })
    const runId = server.start({ harness: 'echo', prompt: 'One', config: { model: 'small' } })
    expect(heard(await server.ended(runId))).toEqual([{ model: 'small' }])
    for (const model of ['big', 'small']) {
      server.configure(runId, { model })
      server.follow(runId, 'Another')
      expect(heard(await server.ended(runId))).toEqual([{ model }])
    }
  },
)
