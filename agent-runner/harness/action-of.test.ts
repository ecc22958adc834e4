import { expect, test } from 'vitest'
import type { ToolCallFields } from './acp-shapes.ts'
import { actionOf } from './action-of.ts'

const cases: readonly [string, Omit<ToolCallFields, 'toolCallId'>, unknown][] = [
  ['a diff and its place', { kind: 'edit', content: [{ type: 'diff', path: '/w/a', newText: 'x' }], locations: [{ path: '/w/b' }], rawInput: { file_path: '/w/c' } }, { kind: 'edit', paths: ['/w/a', '/w/b', '/w/c'], deletes: false }], // prettier-ignore
  [
    'changes by path',
    { kind: 'edit', rawInput: { changes: { '/w/a': {}, '/w/b': {} } } },
    { kind: 'edit', paths: ['/w/a', '/w/b'], deletes: false },
  ],
  [
    'a diff of no kind',
    { kind: 'other', content: [{ type: 'diff', path: '/w/a', newText: 'x' }] },
    { kind: 'edit', paths: ['/w/a'], deletes: false },
  ],
  ['a deletion', { kind: 'delete', rawInput: { path: 'x' } }, { kind: 'edit', paths: ['x'], deletes: true }],
  ['a read', { kind: 'read', locations: [{ path: '/etc/passwd' }] }, { kind: 'read', paths: ['/etc/passwd'] }],
  ['a search in the workspace', { kind: 'search', rawInput: { pattern: 'x' } }, { kind: 'read', paths: ['.'] }],
  [
    'a fetch',
    { kind: 'fetch', rawInput: { url: 'https://u@example.org:8/x' } },
    { kind: 'fetch', host: 'example.org:8' },
  ],
  ['a search of the web', { kind: 'fetch', rawInput: { query: 'x' } }, { kind: 'fetch', host: undefined }],
  ['a tool of Claude Code', { kind: 'other', title: 'x', _meta: { claudeCode: { toolName: 'mcp__github__create_issue' } } }, { kind: 'mcp', server: 'github', tool: 'create_issue' }], // prettier-ignore
  ['a tool by its title', { kind: 'read', title: 'mcp__a_b__c__d' }, { kind: 'mcp', server: 'a_b', tool: 'c__d' }],
  ['a tool of Codex', { kind: 'execute', _meta: { is_mcp_tool_approval: true }, rawInput: { invocation: { server: 'files', tool: 'read' } } }, { kind: 'mcp', server: 'files', tool: 'read' }], // prettier-ignore
  [
    'a tool of Codex without a server',
    { _meta: { is_mcp_tool_approval: true }, title: 'read' },
    { kind: 'mcp', server: undefined, tool: 'read' },
  ],
  [
    'a tool of Gemini CLI',
    { kind: 'other', title: 'read (files MCP Server)' },
    { kind: 'mcp', server: 'files', tool: 'read' },
  ],
  ['our own tools', { title: 'mcp__drover__create_plan' }, { kind: 'plan' }],
  ['what is not known', { kind: 'think', title: 'x' }, { kind: 'other' }],
]
test.each(cases)('%s', (_, fields, expected) => {
  expect(actionOf({ toolCallId: 'call', ...fields })).toEqual(expected)
})
