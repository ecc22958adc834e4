import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSymbolName, listedSymbolsLimit, readSymbols, symbolKinds, writeSymbols } from './workspace-symbols.ts'

const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => isSymbolName(text))
const symbol = fc.record({
  kind: fc.constantFrom(...symbolKinds),
  name: line,
  line: fc.integer({ min: 1, max: 9_999 }),
})

test('every list comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ path: line, symbols: fc.array(symbol, { maxLength: 5 }) })), (files) => {
      expect(readSymbols(writeSymbols(files))).toEqual(
        files.flatMap(({ path, symbols }) => symbols.map((one) => ({ path, ...one }))),
      )
    }),
  )
})

test('what is of another form is left out, and no list is too long', () => {
  const text = '\tfunction\t1\tnowhere\na.ts\n\tfunction\t0\ta\n\twhat\t1\tb\n\tclass\t2\t\n\tclass\t3\tC\textra'
  expect(readSymbols(text)).toEqual([{ path: 'a.ts', kind: 'class', name: 'C', line: 3 }])
  expect(readSymbols(`a.ts\n${'\tclass\t1\tA\n'.repeat(listedSymbolsLimit + 10)}`)).toHaveLength(listedSymbolsLimit)
})
