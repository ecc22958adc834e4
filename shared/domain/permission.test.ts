import { expect, test } from 'vitest'
import { BlobHash } from '../ids.ts'
import { isAllowedAtAGlance, type CommandEffect, type PermissionSubject } from './permission.ts'

const effect = (more: Partial<CommandEffect> = {}): CommandEffect => ({
  text: 'npm test',
  summary: 'Runs the tests.',
  risk: 'runs',
  danger: false,
  ...more,
})
const command = (more: Partial<Extract<PermissionSubject, { kind: 'command' }>> = {}): PermissionSubject => ({
  kind: 'command',
  command: 'npm test',
  effects: [effect()],
  ...more,
})

test('a command whose whole text and effects are plain may be allowed from its line', () => {
  expect(isAllowedAtAGlance(command())).toBe(true)
})

test.each([
  ['a part is dangerous', command({ effects: [effect(), effect({ risk: 'deletes', danger: true })] })],
  ['a part is unknown', command({ effects: [effect({ risk: 'unknown' })] })],
  ['nothing is known of it', command({ effects: [] })],
  ['its line is cut', command({ command: `npm test ${'x'.repeat(400)}` })],
  ['it has several lines', command({ command: 'npm test\nnpm publish' })],
  ['it goes on in a blob', command({ blob: BlobHash.parse('a'.repeat(64)) })],
  ['it is an edit', { kind: 'edit', files: [{ path: 'a.ts', added: 1, removed: 0 }] }],
  ['it is a tool', { kind: 'tool', tool: 'browser' }],
  ['it is a question', { kind: 'question', question: 'Go on?' }],
] satisfies [string, PermissionSubject][])('it has to be looked at when %s', (_why, subject) => {
  expect(isAllowedAtAGlance(subject)).toBe(false)
})
