import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPieces } from './read-pieces.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-pieces-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a part of a file comes as it is, in memory of which there is only so much', async () => {
  const file = join(folder, 'output')
  const content = randomBytes(500_000)
  await writeFile(file, content)
  const memories = new Set<ArrayBuffer>()
  const read: Buffer[] = []
  for await (const piece of readPieces({ file, from: 1000, bytes: 400_000 }, 2)) {
    memories.add(piece.buffer)
    read.push(Buffer.from(piece))
  }
  expect(Buffer.concat(read).equals(content.subarray(1000, 401_000))).toBe(true)
  expect([...memories].map(({ byteLength }) => byteLength)).toEqual([2 * 64 * 1024])
})

test('a file that is shorter than it was said to be is an error, and not a shorter content', async () => {
  const file = join(folder, 'output')
  await writeFile(file, 'short')
  const all = Array.fromAsync(readPieces({ file, from: 0, bytes: 100_000 }, 2))
  await expect(all).rejects.toThrow('ends before its 100000 bytes')
})
