/** Reads and writes the texts of documents beside the server: see `reading-thread.ts`. */
import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { uuidv7 } from '#shared/ids.ts'
import { changesBetween, isSamePlan } from '#sync/core/plan/changes.ts'
import { comparePlans, countBlocks } from '#sync/core/plan/compare.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { planForAgent, rewritePlan } from './agent/plan-for-agent.ts'
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

const newId = (): string => uuidv7(Date.now(), randomBytes(10))

function work(task: ReadingTask): unknown {
  switch (task.kind) {
    case 'read': {
      const doc = new Doc()
      applyUpdate(doc, task.update)
      return readingOf(doc)
    }
    case 'write': {
      const doc = new Doc()
      writeMarkdown(doc, task, newId)
      return encodeStateAsUpdate(doc)
    }
    case 'show':
      return planForAgent(task.state, task.sectionId)
    case 'count':
      return countBlocks(comparePlans(parsePlan(task.before), parsePlan(task.after)).changes)
    case 'rewrite':
      return rewritePlan(task.base, task, newId)
    case 'compare':
      return isSamePlan(task.before, task.now) ? undefined : changesBetween(task.before, task.now)
  }
}
