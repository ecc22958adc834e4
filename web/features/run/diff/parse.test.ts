import { expect, test } from 'vitest'
import { parseHunks, sideBySide } from './parse.ts'

const patch = `--- a/package.json
+++ b/package.json
@@ -17,3 +17,3 @@
 "type": "module",
-"files": ["dist", "src"],
+"files": ["dist"],
 "sideEffects": false,
`

test('lines have their numbers on both sides and their changed words', () => {
  const [hunk] = parseHunks(patch) ?? []
  expect(hunk?.lines.map((line) => [line.kind, line.oldNumber, line.newNumber])).toEqual([
    ['same', 17, 17],
    ['del', 18, undefined],
    ['add', undefined, 18],
    ['same', 19, 19],
  ])
  const changed = hunk?.lines[1]?.parts?.filter((part) => part.changed).map((part) => part.text)
  expect(changed?.join('')).toContain('"src"')
})

test('a patch of hunks only, one with git headers and one without an end of line are read', () => {
  expect(parseHunks('@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n')?.[0]?.lines).toHaveLength(2)
  expect(parseHunks(`diff --git a/x b/x\nindex 1..2 100644\n${patch}`)?.[0]?.lines).toHaveLength(4)
})

test('what is no patch is told apart', () => {
  expect(parseHunks('@@ nonsense @@\nfoo')).toBeUndefined()
})

test('side by side pairs what was taken away with what came', () => {
  const [hunk] = parseHunks(patch) ?? []
  expect(sideBySide(hunk?.lines ?? []).map((row) => [row.left?.kind, row.right?.kind])).toEqual([
    ['same', 'same'],
    ['del', 'add'],
    ['same', 'same'],
  ])
})
