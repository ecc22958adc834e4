import { afterEach, expect, test } from 'vitest'
import { boundedText, type BoundedText } from '#shared/domain/bounded-text.ts'
import { BlobHash } from '#shared/ids.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { RunOutput } from './run-output.tsx'

let on: Stage | undefined
afterEach(() => on?.close())

const hash = BlobHash.parse('a'.repeat(64))
const long: BoundedText = boundedText('a line of an output\n'.repeat(5000))

async function open(text: BoundedText): Promise<{ words: string; download: string | undefined }> {
  on = stage(() => <RunOutput text={text} n={7} />)
  await settled()
  const words = on.root.textContent ?? ''
  return { words, download: on.root.querySelector('a[download]')?.getAttribute('href') ?? undefined }
}

test('an output that one content holds can be loaded into the page, and saved', async () => {
  const { words, download } = await open({ ...long, blob: hash })
  expect(words).toContain('Load all')
  expect(download).toBe(`/api/v1/runs/${billingRun}/entries/7/output`)
})

test('one that is stored in parts is too long for the page, and can be saved', async () => {
  const { words, download } = await open({ ...long, parts: [hash, hash] })
  expect(words).not.toContain('Load all')
  expect(words).toContain('can be downloaded')
  expect(download).toBe(`/api/v1/runs/${billingRun}/entries/7/output`)
})

test('one that is not stored yet has nothing to save', async () => {
  const { words, download } = await open(long)
  expect(words).toContain('kept on the machine until it ends')
  expect(download).toBeUndefined()
})
