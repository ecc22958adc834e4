import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WorkspacePaths } from '#shared/domain/workspace-paths.ts'
import { readSymbols } from '#shared/domain/workspace-symbols.ts'
import { BlobHash } from '#shared/ids.ts'
import { createSymbolFinder } from '../symbols/symbol-finder.ts'
import { createChanges } from './changes/changes.ts'
import { createPathTeller } from './workspace-paths.ts'

let folder: string
let workspace: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-paths-'))
  workspace = join(folder, 'workspace')
  await mkdir(join(workspace, 'src'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function open(hidden = (text: string): string => text) {
  const stored = new Map<string, Buffer>()
  const told: WorkspacePaths[] = []
  const blobs = {
    put: async (content: Uint8Array | { file: string }) => {
      if (!(content instanceof Uint8Array)) throw new TypeError('only lists are stored here')
      const hash = createHash('sha256').update(content).digest('hex')
      stored.set(hash, Buffer.from(content))
      return BlobHash.parse(hash)
    },
    close: () => {},
  }
  const changes = createChanges({
    folder,
    workspace,
    path: process.env['PATH'] ?? '/usr/bin:/bin',
    blobs,
    now: Date.now,
  })
  await changes.begin()
  const tell = createPathTeller({
    changes,
    blobs,
    journal: {
      append: (body) => {
        if (body.type === 'paths') told.push(body.paths)
        return 0
      },
    },
    hiding: { text: hidden },
    symbols: createSymbolFinder(),
    isHeard: () => true,
    signal: new AbortController().signal,
  })
  const symbolsOf = (paths: WorkspacePaths | undefined) =>
    readSymbols(gunzipSync(stored.get(paths?.symbols?.blob ?? '') ?? '').toString())
  return { tell, told, symbolsOf }
}

test('paths are told first, then what the files define; what git ignores is in neither, and nothing is told twice', async () => {
  await writeFile(join(workspace, '.gitignore'), 'built/\n')
  await mkdir(join(workspace, 'built'))
  await writeFile(join(workspace, 'built/out.js'), 'function built() {}\n')
  await writeFile(join(workspace, 'src/shed.ts'), '\nexport function mend() {}\n')
  const { tell, told, symbolsOf } = await open()
  await tell()
  expect(told.map(({ count, symbols }) => [count, symbols?.count])).toEqual([
    [2, undefined],
    [2, 1],
  ])
  expect(symbolsOf(told.at(-1))).toEqual([{ path: 'src/shed.ts', kind: 'function', name: 'mend', line: 2 }])
  await tell()
  expect(told).toHaveLength(2)
  await writeFile(join(workspace, 'src/shed.ts'), 'export class Shed {}\n')
  await Promise.all([tell(), tell()])
  expect(told).toHaveLength(3)
  expect(symbolsOf(told.at(-1)).map(({ name }) => name)).toEqual(['Shed'])
  await writeFile(join(workspace, 'src/shed.ts'), '// empty\n')
  await tell()
  expect(told.at(-1)?.symbols).toBeUndefined()
})

test('a secret that stands in a name is not told', async () => {
  await writeFile(join(workspace, 'src/shed.ts'), 'function key_s3cr3tValue() {}\n')
  const { tell, told, symbolsOf } = await open((text) => text.replaceAll('s3cr3tValue', '[secret KEY]'))
  await tell()
  expect(symbolsOf(told.at(-1)).map(({ name }) => name)).toEqual(['key_[secret KEY]'])
})
