import { expect, test } from 'vitest'
import { PromptAnswer, ToolCallFields } from './acp-shapes.ts'
import { codexDialect, codexModelFailed, geminiDialect } from './dialects.ts'
import { commandOf, contentText, withoutFence } from './tool-content.ts'

const workspace = '/runs/1/workspace'
const asTold = (fields: Record<string, unknown>): ToolCallFields => ToolCallFields.parse(fields)
const words = (text: string) => [{ type: 'content', content: { type: 'text', text } }]

test('Gemini CLI: the title of a command is the command, and where it runs stands in words', () => {
  const asked = asTold({
    toolCallId: 'run_shell_command__call_2_0',
    status: 'pending',
    title: 'echo hi > made.txt && cat made.txt',
    content: words('[current working directory /runs/1/workspace] (Makes a file)'),
    locations: [],
    kind: 'execute',
  })
  const read = geminiDialect(asked, workspace)
  expect(read.rawInput).toEqual({ command: 'echo hi > made.txt && cat made.txt', cwd: workspace })
  // What it says of the command is not what the command printed.
  expect(contentText(read.content)).toBeUndefined()
  expect(geminiDialect(read, workspace)).toEqual(read)

  const elsewhere = geminiDialect(
    { ...asked, content: asTold({ ...asked, content: words('[in ../other] (x)') }).content },
    workspace,
  )
  expect(elsewhere.rawInput).toMatchObject({ cwd: '/runs/1/other' })
})

test('Gemini CLI: what a command printed and calls of other tools stay as they are', () => {
  const done = asTold({
    toolCallId: 'run_shell_command__call_2_0',
    status: 'completed',
    title: 'ls',
    content: words('a.txt'),
  })
  expect(contentText(geminiDialect(done, workspace).content)).toBe('a.txt')
  const edit = asTold({ toolCallId: 'replace__call_3_0', title: 'a.txt: one => two', kind: 'edit', status: 'pending' })
  expect(geminiDialect(edit, workspace)).toBe(edit)
})

test('Codex: a call of a server’s tool is no command, and its answer is shown', () => {
  const begun = codexDialect(
    asTold({
      toolCallId: 'call_1_0',
      kind: 'execute',
      title: 'mcp.drover.plan_update',
      status: 'in_progress',
      rawInput: { server: 'drover', tool: 'plan_update', arguments: { plan_id: 'a-plan' } },
      _meta: { is_mcp_tool_call: true },
    }),
    workspace,
  )
  expect(begun).toMatchObject({ kind: 'other', title: 'drover: plan_update', rawInput: { plan_id: 'a-plan' } })
  expect(codexDialect(begun, workspace)).toEqual(begun)
  const ended = asTold({
    toolCallId: 'call_1_0',
    status: 'completed',
    rawOutput: { result: { content: [{ type: 'text', text: 'Changed.' }], structuredContent: null }, error: null },
  })
  expect(contentText(codexDialect(ended, workspace).content)).toBe('Changed.')
  const failed = asTold({
    toolCallId: 'call_1_0',
    status: 'failed',
    rawOutput: { result: null, error: { message: 'No.' } },
  })
  expect(contentText(codexDialect(failed, workspace).content)).toBe('No.')
})

test('Codex: a command stays one', () => {
  const call = asTold({
    toolCallId: 'call_1_0',
    kind: 'execute',
    title: 'cat a.txt',
    status: 'in_progress',
    content: [{ type: 'terminal', terminalId: 'call_1_0' }],
    rawInput: { command: 'cat a.txt', cwd: workspace },
  })
  expect(commandOf(codexDialect(call, workspace))).toBe('cat a.txt')
})

test('Codex: a turn in which no model answered did not end well', () => {
  const answer = (quota: unknown) => PromptAnswer.parse({ stopReason: 'end_turn', usage: null, _meta: { quota } })
  expect(codexModelFailed(answer({ token_count: null, model_usage: [] }))).toBe(true)
  expect(codexModelFailed(answer({ token_count: { totalTokens: 330 }, model_usage: [] }))).toBe(false)
  expect(codexModelFailed(PromptAnswer.parse({ stopReason: 'end_turn' }))).toBe(false)
})

test('Claude Code: fences around what a tool answered are left out; those inside stay', () => {
  expect(withoutFence('```\n1\tone\n```')).toBe('1\tone')
  expect(withoutFence('````md\n```\nx\n```\n````')).toBe('```\nx\n```')
  expect(withoutFence('```\na\n```\nand\n```\nb\n```')).toBe('```\na\n```\nand\n```\nb\n```')
  expect(withoutFence('```')).toBe('```')
})
