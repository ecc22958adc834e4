import { parsePatch, structuredPatch, formatPatch } from 'diff'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPatch } from './read-patch.ts'

const pause = async (): Promise<void> => {}

test('any diff is read as the library reads it', async () => {
  const texts = fc.array(fc.constantFrom('a', 'b', '', '-- x', '++ y', '@@ z', '\\ no'), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(texts, texts, async (before, after) => {
      const patch = formatPatch(structuredPatch('a', 'b', `${before.join('\n')}\n`, `${after.join('\n')}\n`))
      const read = await readPatch(patch, pause)
      const known = parsePatch(patch).flatMap(({ hunks }) => hunks)
      const sign = { add: '+', del: '-', same: ' ' }
      expect(read?.map(({ lines }) => lines.map(({ kind, text }) => sign[kind] + text))).toEqual(
        known.map(({ lines }) => lines.filter((line) => !line.startsWith('\\'))),
      )
      expect(read?.map(({ oldStart, newStart }) => [oldStart, newStart])).toEqual(
        known.map(({ oldStart, newStart }) => [oldStart, newStart]),
      )
    }),
  )
})

test('a long one is read in pieces, and given up when nobody wants it any more', async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `+line ${index}`).join('\n')
  const patch = `@@ -0,0 +1,50000 @@\n${lines}\n`
  let pauses = 0
  const count = async (): Promise<void> => void pauses++
  expect((await readPatch(patch, count))?.[0]?.lines).toHaveLength(50_000)
  expect(pauses).toBeGreaterThan(9)
  expect(await readPatch(patch, count, () => false)).toBeUndefined()
})

test('what stops in the middle, or is none, is told apart', async () => {
  expect(await readPatch('@@ -1,2 +1,2 @@\n a\n-b\n', pause)).toBeUndefined()
  expect(await readPatch('@@ nonsense @@\n', pause)).toBeUndefined()
  expect(await readPatch('diff --git a/x b/x\nold mode 100644\nnew mode 100755\n', pause)).toEqual([])
})
