import { describe, expect, test } from 'vitest'
import { requestDigest, type ShownRequest } from './request-digest.ts'

const request: ShownRequest = {
  kind: 'command',
  title: 'Run tests',
  command: 'npm test',
  cwd: '/work',
  diffs: { a: 'f'.repeat(64), b: 'e'.repeat(64) },
}

describe('the digest of a request', () => {
  test('is the same for the same question, whatever the order of its fields', () => {
    const { diffs, cwd, command, title, kind } = request
    expect(requestDigest(request)).toMatch(/^[0-9a-f]{64}$/)
    expect(requestDigest({ diffs: { b: diffs?.b ?? '', a: diffs?.a ?? '' }, cwd: cwd ?? '', command: command ?? '', title, kind })).toBe(requestDigest(request)) // prettier-ignore
  })

  test('is another one for anything else that was shown', () => {
    const { cwd: _, ...elsewhere } = request
    const others: ShownRequest[] = [
      { ...request, kind: 'tool' },
      { ...request, title: 'Run test' },
      { ...request, command: 'npm  test' },
      { ...request, command: 'npm test\u200b' },
      { ...request, cwd: '/work/' },
      elsewhere,
      { ...request, diffs: { a: 'f'.repeat(64) } },
      { ...request, diffs: { a: 'e'.repeat(64), b: 'f'.repeat(64) } },
      { ...request, input: '' },
      { kind: 'command', title: 'Run tests', command: 'npm test"', cwd: '"/work' },
    ]
    expect(new Set([request, ...others].map(requestDigest)).size).toBe(others.length + 1)
  })

  test('stays what it was: answers given before an update must still fit', () => {
    expect(requestDigest({ kind: 'command', title: 't', command: 'ls', cwd: '/' })).toBe(
      '8539c6350b588f59111aead22bc6923fb72bf21bd4278256a1224b7831be0760',
    )
  })
})
