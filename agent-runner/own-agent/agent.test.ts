import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openOwnAgentBench, ownWay, type OwnAgentBench } from '#test/fakes/agent-models/own-agent.ts'

let bench: OwnAgentBench
beforeEach(async () => {
  bench = await openOwnAgentBench()
})
afterEach(() => bench.close())

const file = (name: string): string => join(bench.sandbox.workspace, name)

describe('each wire of the models', () => {
  const wires = [
    ['anthropic/claude-sonnet-5', 'anthropic', 'claude-sonnet-5'],
    ['openai/gpt-5.4', 'responses', 'gpt-5.4'],
    ['google/gemini-3.5-flash', 'google', 'gemini-3.5-flash'],
    ['endpoint/ollama/local-1', 'chat', 'local-1'],
    ['bedrock/eu.anthropic.claude-sonnet-5', 'bedrock', 'eu.anthropic.claude-sonnet-5'],
    ['bedrock/amazon.nova-pro-v1:0', 'bedrock', 'amazon.nova-pro-v1:0'],
  ] as const

  test.each(wires)('%s reads a file, edits it after it was allowed, and says so', async (model, wire, wireId) => {
    await writeFile(file('a.txt'), 'one\ntwo\n')
    bench.models.script([
      { thought: 'I look.', text: 'Let me look.', tools: [{ name: 'read', input: { path: 'a.txt' } }] },
      { tools: [{ name: 'edit', input: { path: 'a.txt', edits: [{ old: 'two', new: '2' }] } }], input: 300 },
      { text: 'It is done.', input: 400 },
    ])
    const ways = wire === 'chat' ? { ways: [ownWay(bench.models.url)] } : {}
    const session = await bench.open({ config: { model }, ...ways })
    const answer = await session.prompt('Change a.txt.')

    expect(bench.models.complaints).toEqual([])
    expect(answer.stopReason).toBe('end_turn')
    expect(await readFile(file('a.txt'), 'utf8')).toBe('one\n2\n')
    expect(bench.said()).toBe('Let me look.It is done.')
    expect(bench.models.asked.map((one) => [one.wire, one.model])).toEqual([1, 2, 3].map(() => [wire, wireId]))
    expect(bench.models.asked[0]?.tools).toContain('shell')
    expect(bench.models.asked[0]?.instructions).toContain('coding agent')
    expect(bench.models.asked[1]?.said.join('\n')).toMatch(/2(?:\t|\\t)two/)
    expect(bench.asked).toMatchObject([
      {
        toolCall: {
          kind: 'edit',
          content: [{ type: 'diff', path: file('a.txt'), oldText: 'one\ntwo\n', newText: 'one\n2\n' }],
        },
      },
    ])
    expect(bench.tools()).toMatchObject([
      { kind: 'read', status: 'completed' },
      { kind: 'edit', status: 'completed' },
    ])
    expect(bench.usage()).toMatchObject({ used: 410 })
    expect(answer.usage).toMatchObject({ inputTokens: 800, outputTokens: 30 })
  })
})

describe('what a person decides', () => {
  test('a denied command does not run, and the model hears what was said with it', async () => {
    bench.onAsk(() => ({ optionId: 'deny', message: 'Not in this folder.' }))
    bench.models.script([{ tools: [{ name: 'shell', input: { command: 'touch made.txt' } }] }, { text: 'I leave it.' }])
    const session = await bench.open()
    await session.prompt('Make a file.')
    expect(bench.asked[0]?.toolCall).toMatchObject({ kind: 'execute', rawInput: { command: 'touch made.txt' } })
    await expect(readFile(file('made.txt'))).rejects.toThrow('ENOENT')
    expect(bench.models.asked[1]?.said.join('\n')).toContain('Not in this folder.')
    expect(bench.tools()).toMatchObject([{ status: 'failed' }])
  })

  test('calls of one answer run at the same time, each with its output and exit code', async () => {
    bench.models.script([
      {
        tools: [
          { name: 'shell', input: { command: 'until [ -e go ]; do sleep 0.02; done; echo first' } },
          { name: 'shell', input: { command: 'touch go; echo second; exit 3' } },
        ],
      },
      { text: 'Both ran.' },
    ])
    const session = await bench.open()
    await session.prompt('Run both.')
    expect(bench.tools()).toMatchObject([
      { status: 'completed', _meta: { terminal_exit: { exit_code: 0 } } },
      { status: 'failed', _meta: { terminal_exit: { exit_code: 3 } } },
    ])
    expect(bench.models.asked[1]?.said.join('\n')).toContain('second')
  })

  test('a link that leads out of the workspace is asked about, also for reading', async () => {
    await writeFile(join(bench.sandbox.home, 'secret.txt'), 'the secret')
    await symlink(join(bench.sandbox.home, 'secret.txt'), file('innocent.txt'))
    bench.onAsk(() => ({ optionId: 'deny' }))
    bench.models.script([{ tools: [{ name: 'read', input: { path: 'innocent.txt' } }] }, { text: 'No.' }])
    const session = await bench.open()
    await session.prompt('Read it.')
    expect(bench.asked[0]?.toolCall.title).toContain(join(bench.sandbox.home, 'secret.txt'))
    expect(JSON.stringify(bench.models.asked[1]?.body)).not.toContain('the secret')
  })

  test('in plan mode nothing that changes something is there', async () => {
    bench.models.script([{ tools: [{ name: 'shell', input: { command: 'touch made.txt' } }] }, { text: 'The plan.' }])
    const session = await bench.open()
    await session.setMode('plan')
    await session.prompt('Plan it.')
    expect(bench.models.asked[0]?.tools).toEqual(['read', 'list', 'grep', 'fetch', 'tasks'])
    expect(bench.asked).toEqual([])
    expect(bench.models.asked[1]?.said.join('\n')).toContain('There is no tool “shell” now')
  })
})

describe('the rules of a repository', () => {
  test('those of the root come first, those of a folder with the first look into it', async () => {
    await mkdir(file('deep/er'), { recursive: true })
    await writeFile(file('AGENTS.md'), 'Root rule.')
    await writeFile(file('CLAUDE.md'), 'Not this one.')
    await writeFile(file('deep/CLAUDE.md'), 'Deep rule.')
    await writeFile(file('deep/er/x.txt'), 'x')
    const read = { tools: [{ name: 'read', input: { path: 'deep/er/x.txt' } }] }
    bench.models.script([read, read, { text: 'Read.' }])
    const session = await bench.open()
    await session.prompt('Read it twice.')
    expect(bench.models.asked[0]?.instructions).toContain('Root rule.')
    expect(bench.models.asked[0]?.instructions).not.toContain('Not this one.')
    expect(JSON.stringify(bench.models.asked[2]?.body).split('Deep rule.')).toHaveLength(2)
  })
})

test('a conversation goes on in another agent, with its list of tasks', async () => {
  bench.models.script([
    { tools: [{ name: 'tasks', input: { tasks: [{ text: 'Look', status: 'in_progress' }] } }] },
    { text: 'First answer.' },
    { text: 'Second answer.' },
  ])
  const first = await bench.open()
  await first.prompt('One.')
  first.close()
  // It lives in this process, so nothing else would end it.
  expect(await first.ended).toMatchObject({ code: 'harness_died' })
  expect(bench.updates).toContainEqual({
    sessionUpdate: 'plan',
    entries: [{ content: 'Look', priority: 'medium', status: 'in_progress' }],
  })
  const second = await bench.open({ resume: first.sessionId })
  expect(second.loaded).toBe(true)
  await second.prompt('Two.')
  const said = bench.models.asked[2]?.said.join('\n') ?? ''
  expect(said).toMatch(/One\.[\s\S]*First answer\.[\s\S]*Two\./)
})

test('a call that a dead runner left without its answer is answered, so that the conversation goes on', async () => {
  const sessionId = 'of-a-dead-runner'
  const conversation = [
    { message: { role: 'user', content: 'Run it.' } },
    {
      message: {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'toolu_9', toolName: 'shell', input: { command: 'make' } }],
      },
    },
  ]
  await mkdir(join(bench.sandbox.home, '.drover-agent'))
  await writeFile(
    join(bench.sandbox.home, '.drover-agent', `${sessionId}.json`),
    JSON.stringify({ version: 1, conversation }),
  )
  bench.models.script([{ text: 'I look first.' }])
  const session = await bench.open({ resume: sessionId })
  expect(session.loaded).toBe(true)
  await session.prompt('Go on.')
  expect(bench.models.asked[0]?.said.join('\n')).toContain('ended before this was answered')
  expect(bench.models.complaints).toEqual([])
})
