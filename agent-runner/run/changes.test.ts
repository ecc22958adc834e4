import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BlobHash } from '#shared/ids.ts'
import { maxEventBytes } from '#shared/protocol/run-event.ts'
import { createChanges } from './changes.ts'

test('a list of many changes fits into one event: what has no room in it is a blob', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-changes-'))
  try {
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const stored: string[] = []
    const changes = createChanges({
      folder,
      workspace,
      path: process.env['PATH'] ?? '/usr/bin:/bin',
      blobs: {
        put: async (content) => {
          if (content instanceof Uint8Array) stored.push(new TextDecoder().decode(content))
          return BlobHash.parse('0'.repeat(64))
        },
        close: () => {},
      },
    })
    await changes.begin()
    // Each mark takes twice its length in JSON.
    const text = `${'"'.repeat(3500)}\n`
    for (let i = 0; i < 400; i++) await writeFile(join(workspace, `${i}.txt`), text)
    const set = await changes.read()
    expect(set?.files).toHaveLength(400)
    expect(set?.more).toBe(0)
    expect(Buffer.byteLength(JSON.stringify({ type: 'files', files: set?.files }))).toBeLessThan(maxEventBytes)
    expect(set?.files.filter((file) => file.patch !== undefined).length).toBeGreaterThan(20)
    expect(set?.files.every((file) => file.patch !== undefined || file.blob !== undefined)).toBe(true)
    expect(stored.every((patch) => patch.startsWith('diff --git '))).toBe(true)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
