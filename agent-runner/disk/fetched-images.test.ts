import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createFetchedImages } from './fetched-images.ts'

test('only images that were fetched here go, the one not used for longest first, and what is in use stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-images-'))
  const file = join(folder, 'images.json')
  const removed: string[] = []
  const troubles: unknown[] = []
  let now = 0
  const open = () =>
    createFetchedImages({
      file,
      clock: { ...systemClock, now: () => now },
      remove: async (image) => {
        if (image === 'busy') return false
        removed.push(image)
        return true
      },
      onTrouble: (error) => void troubles.push(error),
    })
  const images = open()
  for (const image of ['busy', 'old', 'new']) {
    now += 100_000
    images.note({ image, fetched: true })
  }
  now += 100_000
  images.note({ image: 'old', fetched: false })
  images.note({ image: 'of the person', fetched: false })
  const later = open()
  expect(await images.dropOldest()).toBe(true)
  expect(await later.dropOldest()).toBe(true)
  expect(await later.dropOldest()).toBe(false)
  expect(removed).toEqual(['new', 'old'])
  await writeFile(file, 'not JSON')
  expect(await open().dropOldest()).toBe(false)
  expect(troubles).toEqual([])
  await rm(folder, { recursive: true })
})
