import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { PlanForAgent, Rewritten } from './agent/plan-for-agent.ts'
import type { PlanReading } from './reading.ts'

/** Between the server and its thread. `id` names the task. */
export type ReadingTask =
  | { readonly kind: 'read'; readonly update: Uint8Array }
  | { readonly kind: 'write'; readonly markdown: string; readonly title?: string | undefined }
  | { readonly kind: 'show'; readonly state: Uint8Array; readonly sectionId?: string | undefined }
  | { readonly kind: 'count'; readonly before: string; readonly after: string }
  | {
      readonly kind: 'rewrite'
      readonly base: Uint8Array
      readonly markdown: string
      readonly sectionId?: string | undefined
    }
  | { readonly kind: 'compare'; readonly before: string; readonly now: string }
export type ReadingAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string }

/**
 * Documents to texts and back, in a thread of its own: a plan of 2,000 paragraphs takes 30 ms, during which nobody's key stroke would be stored or told
 * on; and a document that takes for ever, or all memory, ends the thread and not the server. The thread is there while it has something to do, and
 * a while longer.
 */
export type ReadingThread = {
  /** `update` is the whole document; it is given away. */
  read(update: Uint8Array): Promise<PlanReading>
  /** A new document of a Markdown text, as an update; a `title` that the text has not stands before it. */
  write(text: { readonly markdown: string; readonly title?: string | undefined }): Promise<Uint8Array>
  /** For an agent; `undefined`: there is no such section. */
  show(state: Uint8Array, sectionId?: string): Promise<PlanForAgent | undefined>
  /** What an agent made of the state that it had read; `undefined`: there is no such section. */
  rewrite(
    base: Uint8Array,
    text: { readonly markdown: string; readonly sectionId?: string | undefined },
  ): Promise<Rewritten | undefined>
  /** What is another, as the body of a unified diff; `undefined`: nothing but ticks. */
  compare(before: string, now: string): Promise<string | undefined>
  /** How many blocks are new and gone between two texts, Markdown. */
  count(before: string, after: string): Promise<BlockCounts>
  close(): Promise<void>
}

/**
 * A thread strips types with WebAssembly, as the server's own requests parse with it. V8 13.6 compiles what joins that to JavaScript anew once it was
 * called often, in a cache of all threads from which one may free what another is just taking: a crash of the process, once in some hundred
 * starts on a busy machine. Without that second compilation nothing is freed there.
 */
setFlagsFromString('--wasm-wrapper-tiering-budget=1000000000')

export type BlockCounts = { readonly added: number; readonly removed: number }

const patienceMs = 30_000
const idleMs = 60_000
/** Texts that wait; each is of a document that somebody changed. */
const maxWaiting = 2_000
/** Of JavaScript's memory: the largest document that there may be takes some hundred. */
const maxMegabytes = 1_024

export function createReadingThread(): ReadingThread {
  type Waiting = {
    resolve(value: unknown): void
    reject(error: Error): void
    readonly timer: ReturnType<typeof setTimeout>
  }
  let worker: Worker | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let nextId = 1
  let closed = false
  const waiting = new Map<number, Waiting>()

  function start(): Worker {
    const made = new Worker(new URL('./reading-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
    })
    made.on('message', (message: unknown) => {
      const { id, ...answer } = Answer.parse(message)
      const one = waiting.get(id)
      if (one === undefined) return
      settle(id, one)
      if (answer.ok) one.resolve(answer.value)
      else one.reject(new Error(`a plan could not be read: ${answer.error}`))
      rest()
    })
    made.on('error', (cause) => end(made, new Error('the thread that reads plans broke', { cause })))
    made.on('exit', () => end(made, new Error('the thread that reads plans ended')))
    // A server that is done does not wait for it.
    made.unref()
    return made
  }

  function settle(id: number, one: Waiting): void {
    clearTimeout(one.timer)
    waiting.delete(id)
  }

  /** All that it had is lost; the next task starts another. */
  function end(ended: Worker, why: Error): void {
    if (worker !== ended) return
    worker = undefined
    void ended.terminate()
    for (const [id, one] of waiting) {
      settle(id, one)
      one.reject(why)
    }
  }

  function rest(): void {
    clearTimeout(idle)
    if (waiting.size > 0) return
    idle = setTimeout(() => {
      const resting = worker
      worker = undefined
      void resting?.terminate()
    }, idleMs)
    idle.unref()
  }

  function ask(task: ReadingTask, give: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (closed) return Promise.reject(new Error('the server stops'))
    if (waiting.size >= maxWaiting) return Promise.reject(new Error('too many plans wait to be read'))
    clearTimeout(idle)
    const thread = (worker ??= start())
    const id = nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => end(thread, new Error(`a plan took more than ${patienceMs} ms to read`)),
        patienceMs,
      )
      waiting.set(id, { resolve, reject, timer })
      thread.postMessage({ id, task }, [...give])
    })
  }

  return {
    async read(update) {
      // One of its own, so that nothing else goes with it.
      const own = new Uint8Array(update)
      return Reading.parse(await ask({ kind: 'read', update: own }, [own.buffer]))
    },
    async write({ markdown, title }) {
      return Bytes.parse(await ask({ kind: 'write', markdown, title }))
    },
    async show(state, sectionId) {
      return ForAgent.optional().parse(await ask({ kind: 'show', state, sectionId }))
    },
    async rewrite(base, { markdown, sectionId }) {
      return Rewrite.optional().parse(await ask({ kind: 'rewrite', base, markdown, sectionId }))
    },
    async compare(before, now) {
      return Changes.parse(await ask({ kind: 'compare', before, now }))
    },
    async count(before, after) {
      return Counts.parse(await ask({ kind: 'count', before, after }))
    },
    async close() {
      closed = true
      clearTimeout(idle)
      const last = worker
      if (last !== undefined) end(last, new Error('the server stops'))
      await last?.terminate()
    },
  }
}

const Answer = z.discriminatedUnion('ok', [
  z.object({ id: z.number(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(false), error: z.string() }),
])
const Reading = z.object({
  markdown: z.string(),
  title: z.string(),
  excerpt: z.string(),
  words: z.number(),
  steps: z.object({ done: z.number(), total: z.number() }),
})
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const ForAgent = z.object({
  title: z.string(),
  markdown: z.string(),
  sections: z.array(z.object({ id: z.string(), level: z.number(), text: z.string() })),
  steps: z.array(z.object({ id: z.string(), text: z.string(), checked: z.boolean() })),
})
const Changes = z.string().optional()
const Counts = z.object({ added: z.number(), removed: z.number() })
const Rewrite = z.object({ update: Bytes, state: Bytes, reading: ForAgent, changed: z.boolean() })
