import { afterEach, expect, test } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { paragraph } from '#test/plan-client.ts'
import { createReadingThread, type ReadingThread } from './reading-thread.ts'

let thread: ReadingThread | undefined
afterEach(() => thread?.close())

function document(...texts: readonly string[]): Uint8Array {
  const doc = new Doc()
  doc.getXmlFragment('body').push(texts.map(paragraph))
  return encodeStateAsUpdate(doc)
}

test('reads documents, and writes what it then reads as the same', async () => {
  thread = createReadingThread()
  const [one, other] = await Promise.all([thread.read(document('one', 'two')), thread.read(document('three'))])
  expect([one.markdown, one.title, one.words, other.markdown]).toEqual(['one\n\ntwo\n', 'one', 2, 'three\n'])
  const markdown = '# Title\n\n- [x] done\n- [ ] open\n'
  expect(await thread.read(await thread.write({ markdown }))).toMatchObject({
    markdown,
    title: 'Title',
    steps: { done: 1, total: 2 },
  })
})

test('what is given away is not taken from who gives it', async () => {
  thread = createReadingThread()
  const update = document('mine')
  await thread.read(update)
  expect(update.length).toBeGreaterThan(0)
})

test('what can’t be read rejects, and the next one is read', async () => {
  thread = createReadingThread()
  await expect(thread.read(Uint8Array.of(9, 9, 9))).rejects.toThrow('a plan could not be read')
  expect((await thread.read(document('fine'))).markdown).toBe('fine\n')
})

test('nothing waits for ever when it is closed', async () => {
  thread = createReadingThread()
  const [reading] = await Promise.all([thread.read(document('late')).catch(String), thread.close()])
  expect(reading).toContain('the server stops')
  await expect(thread.read(document('later'))).rejects.toThrow('the server stops')
})
