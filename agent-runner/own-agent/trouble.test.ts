import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allWays, openOwnAgentBench, ownWay, type OwnAgentBench } from '#test/fakes/agent-models/own-agent.ts'

let bench: OwnAgentBench
beforeEach(async () => {
  bench = await openOwnAgentBench()
})
afterEach(() => bench.close())

const sonnet = { model: 'anthropic/claude-sonnet-5' }
const asked = (): string[] => bench.models.asked.map(({ model }) => model)
const loop = { tools: [{ name: 'list', input: {} }] }

describe('a model that does not answer', () => {
  test('without a model the run says what is missing, and what was asked stands when there is one', async () => {
    const session = await bench.open({ ways: [] })
    await expect(session.prompt('Hello.')).rejects.toMatchObject({
      code: 'authentication_required',
      message: expect.stringContaining('No model is configured'),
    })
    bench.models.script([{ text: 'Hello.' }])
    const later = await bench.open({ resume: session.sessionId })
    await later.prompt('Now there is one.')
    expect(bench.models.asked[0]?.said).toEqual(['user: Hello.', 'user: Now there is one.'])
  })

  test('a key that is refused is told as such, without a second try', async () => {
    bench.models.script([{ status: 401, text: 'invalid x-api-key' }])
    const ways = allWays(bench.models.url).slice(0, 1)
    const session = await bench.open({ config: { model: 'anthropic/claude-unheard-of' }, ways })
    await expect(session.prompt('Hello.')).rejects.toMatchObject({
      code: 'authentication_required',
      message: expect.stringContaining('Anthropic refuses the key: invalid x-api-key'),
    })
    expect(bench.models.asked).toHaveLength(1)
  })

  test('one that asks to wait is asked again, and a long wait is told', async () => {
    bench.models.script([{ status: 429, text: 'slow down', headers: { 'retry-after-ms': '30' } }, { text: 'Hello.' }])
    const session = await bench.open({ config: sonnet, times: { tellWaitMs: 20 } })
    await session.prompt('Hello.')
    expect(bench.said()).toBe('Hello.')
    expect(asked()).toEqual(['claude-sonnet-5', 'claude-sonnet-5'])
    expect(bench.notices()).toEqual([
      'Anthropic takes no more requests for Claude Sonnet 5 now: slow down. It is asked again in 1 seconds.',
    ])
  })

  test('one that fails gives way to a comparable one, which stays until the first has rested', async () => {
    const failure = { status: 500, text: 'out of order' }
    bench.models.script([failure, failure, loop, { text: 'Done.' }])
    const session = await bench.open({ config: sonnet })
    await session.prompt('Hello.')
    expect(asked()).toEqual(['claude-sonnet-5', 'claude-sonnet-5', 'gpt-5.4', 'gpt-5.4'])
    expect(bench.notices()).toEqual(['Anthropic failed: out of order. GPT-5.4 goes on in its place.'])
    expect(bench.said()).toBe('Done.')
  })

  test('one that takes no effort, or shows no thoughts, is asked without a word about them', async () => {
    bench.models.script([
      { status: 400, text: 'Your organization must be verified to generate reasoning summaries.' },
      { text: 'Hello.' },
    ])
    const session = await bench.open({ config: { model: 'openai/gpt-5.4', effort: 'max' } })
    await session.prompt('Hello.')
    expect(bench.models.asked.map(({ body }) => body['reasoning'])).toEqual([
      { effort: 'high', summary: 'auto' },
      undefined,
    ])
    expect(bench.said()).toBe('Hello.')
  })

  test('one that sees no pictures is asked again without them', async () => {
    const png = Buffer.from('89504e470d0a1a0a00', 'hex')
    await writeFile(join(bench.sandbox.workspace, 'a.png'), png)
    bench.models.script([
      { tools: [{ name: 'read', input: { path: 'a.png' } }] },
      { status: 400, text: 'this model does not support image input' },
      { text: 'I can’t see it.' },
    ])
    const session = await bench.open({ config: { model: 'endpoint/OLLAMA' }, ways: [ownWay(bench.models.url)] })
    await session.prompt('Look.')
    const [, seen = '', unseen = ''] = bench.models.asked.map(({ said }) => said.join('\n'))
    expect(seen).toContain(`data:image/png;base64,${png.toString('base64')}`)
    expect(unseen).not.toContain(png.toString('base64'))
    expect(bench.said()).toBe('I can’t see it.')
  })

  test('a model of one’s own is never replaced by a provider’s', async () => {
    bench.models.script(Array.from({ length: 6 }, () => ({ status: 503, text: 'loading' })))
    const ways = [...allWays(bench.models.url), ownWay(bench.models.url)]
    const session = await bench.open({ config: { model: 'endpoint/OLLAMA' }, ways })
    const answer = await session.prompt('Hello.')
    expect(new Set(bench.models.asked.map(({ wire }) => wire))).toEqual(new Set(['chat']))
    expect(answer._meta?.['drover/outcome']).toEqual({ code: 'step_failed', text: 'OLLAMA failed: loading.' })
  })

  test.each(['anthropic/claude-sonnet-5', 'openai/gpt-5.4', 'google/gemini-3.5-flash', 'endpoint/OLLAMA/local-1'])(
    '%s: an answer that breaks off goes on where it stopped, and nothing is told twice',
    async (model) => {
      bench.models.script([
        { text: 'I begin and ', breaks: true },
        { text: 'go on, ', breaks: true },
        // It begins again, against what it was asked for.
        { text: 'I begin and go on, to the end.' },
        { text: 'Yes.' },
      ])
      const ways = [...allWays(bench.models.url), ownWay(bench.models.url)]
      const single = model.startsWith('endpoint') ? ways : ways.filter(({ api }) => model.startsWith(api)).slice(0, 1)
      const session = await bench.open({ config: { model }, ways: single })
      await session.prompt('Hello.')
      expect(bench.said()).toBe('I begin and go on, to the end.')
      await session.prompt('And now?')
      const said = bench.models.asked[3]?.said.join('\n') ?? ''
      expect(said.split('I begin and')).toHaveLength(2)
    },
  )
})

describe('a model that goes astray', () => {
  test('input that does not fit, unknown tools and broken JSON are answered, and the turn goes on', async () => {
    bench.models.script([
      {
        tools: [
          { name: 'read', input: { file: 'a.txt' } },
          { name: 'frobnicate', input: {} },
          { name: 'shell', input: '{"command": "touch made' },
        ],
      },
      { text: 'I see.' },
    ])
    const session = await bench.open({ config: sonnet })
    const answer = await session.prompt('Hello.')
    expect(answer.stopReason).toBe('end_turn')
    expect(bench.asked).toEqual([])
    const said = bench.models.asked[1]?.said.join('\n') ?? ''
    expect(said).toContain('The input does not fit: path')
    expect(said).toContain('There is no tool “frobnicate” now')
    expect(said).toContain("The call can't be read, so nothing was done")
    expect(bench.models.complaints).toEqual([])
  })

  test('one that does the same over and over is stopped with a question', async () => {
    bench.models.script([...Array.from({ length: 4 }, () => loop), loop, { text: 'Another way.' }])
    bench.onForm('go')
    const session = await bench.open({ config: sonnet })
    await session.prompt('Hello.')
    expect(bench.forms).toEqual(['It called list 4 times with the same input and got the same answer. Shall it go on?'])
    expect(bench.said()).toBe('Another way.')
  })

  test('at its most steps a person decides, and without an answer it stops', async () => {
    bench.models.script([loop, loop, loop])
    const session = await bench.open({ config: sonnet, steps: 2 })
    const answer = await session.prompt('Hello.')
    expect(answer.stopReason).toBe('end_turn')
    expect(bench.models.asked).toHaveLength(2)
    expect(bench.forms).toHaveLength(1)
  })

  test('empty answers are asked about, and end the turn with a reason', async () => {
    bench.models.script([{}, {}, {}])
    const session = await bench.open({ config: sonnet })
    const answer = await session.prompt('Hello.')
    expect(answer._meta?.['drover/outcome']).toMatchObject({ text: 'Claude Sonnet 5 answered 3 times with nothing.' })
  })
})

describe('Stop', () => {
  test('ends a model in the middle of its words, and keeps them', async () => {
    bench.models.script([{ text: 'I am thinking', hold: true }, { text: 'Yes?' }])
    const session = await bench.open({ config: sonnet })
    const answer = session.prompt('Hello.')
    await expect.poll(() => bench.said(), { timeout: 10_000 }).toBe('I am thinking')
    await session.cancel()
    expect((await answer).stopReason).toBe('cancelled')
    await session.prompt('Go on.')
    expect(bench.models.asked[1]?.said.join('\n')).toMatch(/I am thinking[\s\S]*Go on\./)
  })

  test('ends a command and what it started, and the conversation can be gone on with', async () => {
    bench.models.script([
      { tools: [{ name: 'shell', input: { command: 'sleep 600 & echo "pid $!"; wait' } }] },
      { text: 'Yes?' },
    ])
    const session = await bench.open({ config: sonnet })
    const answer = session.prompt('Wait.')
    const output = (): string => bench.updates.map((update) => JSON.stringify(update['_meta'] ?? '')).join('')
    await expect.poll(output, { timeout: 10_000 }).toMatch(/pid \d+/)
    await session.cancel()
    expect((await answer).stopReason).toBe('cancelled')
    expect(await bench.processes()).toEqual([])
    await session.prompt('And now?')
    expect(bench.models.asked[1]?.said.join('\n')).toContain('cancelled')
    expect(bench.models.complaints).toEqual([])
  })
})

test('a flood is told as it comes, cut for the model, and kept whole in a file', async () => {
  bench.models.script([{ tools: [{ name: 'shell', input: { command: 'seq 1 400000' } }] }, { text: 'That was much.' }])
  const session = await bench.open({ config: sonnet })
  await session.prompt('Flood.')
  const outputs = join(bench.sandbox.home, '.drover-agent/outputs')
  const [name = ''] = await readdir(outputs)
  const whole = await readFile(join(outputs, name), 'utf8')
  expect(whole.split('\n')).toHaveLength(400_001)
  const told = bench.models.asked[1]?.said.join('\n') ?? ''
  expect(told.length).toBeLessThan(40_000)
  expect(told).toContain(`the whole is in ${join(outputs, name)}`)
  expect(told).toContain('399999')
})

test('a conversation that fills the context is summed up, and goes on with its tasks and its last messages', async () => {
  const tasks = { tools: [{ name: 'tasks', input: { tasks: [{ text: 'Count everything', status: 'in_progress' }] } }] }
  bench.models.script([
    { ...tasks, input: 1_000 },
    { tools: [{ name: 'shell', input: { command: 'echo counted' } }], input: 30_000 },
    { text: 'They want to count.' },
    { text: 'Done.', input: 900 },
  ])
  const ways = [ownWay(bench.models.url, [{ id: 'local-1', context: 32_000 }])]
  const session = await bench.open({ config: { model: 'endpoint/OLLAMA' }, ways })
  await session.prompt('Count.')
  expect(bench.models.asked[2]?.tools).toEqual([])
  expect(bench.models.asked[2]?.said.join('\n')).toContain('Person: Count.')
  const after = bench.models.asked[3]?.said.join('\n') ?? ''
  expect(after).toContain('They want to count.')
  expect(after).toContain('[in_progress] Count everything')
  expect(bench.notices()[0]).toContain('The conversation has become long')
  expect(bench.said()).toBe('Done.')
  expect(bench.usage()).toMatchObject({ used: 910, size: 32_000 })
})

test('a conversation that the model finds too long is summed up, and asked again', async () => {
  bench.models.script([
    { tools: [{ name: 'list', input: {} }] },
    { status: 400, text: 'prompt is too long: 300000 tokens > 200000 maximum' },
    { text: 'They said hello.' },
    { text: 'Hello again.' },
    { status: 400, text: 'prompt is too long' },
    { status: 400, text: 'prompt is too long' },
    { status: 400, text: 'prompt is too long' },
  ])
  const session = await bench.open({ config: sonnet })
  await session.prompt('Hello.')
  expect(bench.said()).toBe('Hello again.')
  expect(bench.models.asked[3]?.said.join('\n')).toContain('They said hello.')
  // One that can't be made to fit ends with its reason, and no other model is tried.
  const answer = await session.prompt('And now?')
  expect(answer._meta?.['drover/outcome']).toMatchObject({ code: 'model_limit' })
  expect(new Set(asked())).toEqual(new Set(['claude-sonnet-5']))
})
