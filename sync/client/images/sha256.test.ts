import { afterEach, expect, test, vi } from 'vitest'
import { hashOf } from '#test/pictures.ts'
import { sha256Of } from './sha256.ts'

afterEach(() => vi.unstubAllGlobals())

test('is the same where the browser offers none of its own', async () => {
  const content = new TextEncoder().encode('some bytes '.repeat(1000))
  expect(await sha256Of(content)).toBe(hashOf(content))
  vi.stubGlobal('crypto', {})
  expect(await sha256Of(content)).toBe(hashOf(content))
})
