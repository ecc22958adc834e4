import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScrub } from './scrub.ts'

const key = 'sk-aab-aac'
function pass(text: string, cuts: readonly number[]): string {
  const scrub = createScrub(key)
  let rest = Buffer.from(text)
  const out: Buffer[] = []
  for (const cut of cuts) {
    out.push(scrub.push(rest.subarray(0, cut)))
    rest = rest.subarray(cut)
  }
  return Buffer.concat([...out, scrub.push(rest), scrub.end()]).toString()
}

test('however it is cut, the key does not pass, and everything else does', () => {
  const text = fc
    .array(fc.constantFrom('sk-', 'a', 'aab-', 'sk-aab-aa', key, 'ü', '\n'), { maxLength: 20 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (said, cuts) => {
      expect(pass(said, cuts)).toBe(said.replaceAll(key, '[key]'))
    }),
  )
})

test('nothing is held back but what could be a beginning of the key', () => {
  const scrub = createScrub(key)
  expect(scrub.push(Buffer.from('data: {"x":1}\n\n')).toString()).toBe('data: {"x":1}\n\n')
  expect(scrub.push(Buffer.from('so: sk-aab')).toString()).toBe('so: ')
  expect(scrub.push(Buffer.from('!')).toString()).toBe('sk-aab!')
  expect(createScrub(undefined).push(Buffer.from('x')).toString()).toBe('x')
})
