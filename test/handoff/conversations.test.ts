import { expect, test } from 'vitest'
import { claudeConversation } from '#agent-runner/handoff/conversations.ts'
import { plainUrl } from '#agent-runner/handoff/send-up.ts'

test('a conversation of Claude Code is what was said, without tools, thoughts and lines of its own', () => {
  const lines = [
    { type: 'summary', summary: 'A summary' },
    { type: 'user', message: { role: 'user', content: 'Fix the test.' } },
    {
      type: 'assistant',
      message: {
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'I look first.' },
          { type: 'tool_use', name: 'Bash', input: {} },
        ],
      },
    },
    { type: 'user', message: { content: [{ type: 'tool_result', content: 'ok' }] } },
    { type: 'user', isMeta: true, message: { content: 'Caveat' } },
  ]
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"type":"user","mess`
  expect(claudeConversation(text)).toEqual([
    { who: 'user', text: 'Fix the test.' },
    { who: 'agent', text: 'I look first.' },
  ])
})

test('the ways to write one repository’s address are the same', () => {
  const same = [
    'git@host.example:team/app.git',
    'https://host.example/team/app',
    'ssh://git@host.example/team/app.git/',
  ]
  expect(new Set(same.map(plainUrl)).size).toBe(1)
  expect(plainUrl('/srv/app')).not.toBe(plainUrl('/srv/app-2'))
})
