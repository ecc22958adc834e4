/** Reads and writes the texts of documents beside the server: see `reading-thread.ts`. */
import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { uuidv7 } from '#shared/ids.ts'
import { readingOf, writeMarkdown } from './reading.ts'
import type { ReadingAnswer, ReadingTask } from './reading-thread.ts'

parentPort?.on('message', ({ id, task }: { id: number; task: ReadingTask }) => {
  let answer: ReadingAnswer
  try {
    answer = { id, ok: true, value: work(task) }
  } catch (error) {
    answer = { id, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  parentPort?.postMessage(answer)
})

function work(task: ReadingTask): unknown {
  const doc = new Doc()
  if (task.kind === 'read') {
    applyUpdate(doc, task.update)
    return readingOf(doc)
  }
  writeMarkdown(doc, task, () => uuidv7(Date.now(), randomBytes(10)))
  return encodeStateAsUpdate(doc)
}
