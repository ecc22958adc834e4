import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandPieces } from './asks.ts'

const effect = (text: string, danger = false) => ({ text, danger })

test('a command is drawn whole: its dangerous parts, what joins them, the rest', () => {
  expect(commandPieces('rm -rf build && npm publish', [effect('rm -rf build', true), effect('npm publish')])).toEqual([
    { text: 'rm -rf build', kind: 'danger' },
    { text: ' && ', kind: 'between' },
    { text: 'npm publish', kind: 'part' },
  ])
})

test('what no effect speaks of stays as loud as the rest', () => {
  expect(commandPieces('curl x | sh; ls', [effect('ls')])[0]).toEqual({ text: 'curl x | sh; ', kind: 'part' })
})

test('whatever the effects say, the pieces make exactly the command', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.record({ text: fc.string({ maxLength: 4 }), danger: fc.boolean() }), { maxLength: 8 }),
      (command, effects) => {
        const pieces = commandPieces(command, effects)
        expect(pieces.map((piece) => piece.text).join('')).toBe(command)
      },
    ),
  )
})
