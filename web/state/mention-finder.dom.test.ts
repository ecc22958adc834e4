import { gzipSync } from 'node:zlib'
import { createRoot } from 'solid-js'
import { expect, test, vi } from 'vitest'
import { writeSymbols } from '#shared/domain/workspace-symbols.ts'
import { BlobHash } from '#shared/ids.ts'
import { createMentionFinder } from './mention-finder.ts'

const packed = (text: string): ArrayBuffer => new Uint8Array(gzipSync(text)).buffer
const blob = (letter: string): BlobHash => BlobHash.parse(letter.repeat(64))

test('symbols of the workspace are offered by name, beside its files, with the place where they stand', async () => {
  const lists = new Map<string, ArrayBuffer>([
    [blob('a'), packed('src/open-shed.ts\nsrc/other.ts')],
    [
      blob('b'),
      packed(
        writeSymbols([
          { path: 'src/other.ts', symbols: [{ kind: 'function', name: 'openShed', line: 7 }] },
          { path: 'src/open-shed.ts', symbols: [{ kind: 'type', name: 'Shed', line: 2 }] },
        ]),
      ),
    ],
  ])
  let tries = 0
  const bytes = async (asked: string): Promise<ArrayBuffer> => {
    const found = lists.get(asked)
    // What could not be had is asked for again.
    if (found === undefined || (asked === blob('b') && ++tries === 1)) throw new TypeError('no network')
    return found
  }
  const { find, dispose } = createRoot((end) => ({
    dispose: end,
    find: createMentionFinder({
      paths: () => ({ blob: blob('a'), count: 2, symbols: { blob: blob('b'), count: 2 } }),
      blobs: { bytes },
      plans: () => [],
      runs: () => [],
    }),
  }))
  await vi.waitFor(() => expect(find('opensh').map(({ title }) => title)).toEqual(['open-shed.ts', 'openShed']))
  expect(find('opensh')[1]).toMatchObject({
    group: 'Symbols',
    hint: 'function in src/other.ts:7',
    text: '[openShed](drover:symbol/src/other.ts#7)',
  })
  expect(find('').map(({ group }) => group)).not.toContain('Symbols')
  dispose()
})
