import { applyUpdate, Doc } from 'yjs'
import type { PlanStore } from '#sync/server/plan/plan-store.ts'

/** A room's store in memory, for one plan, which can be told to fail; held to the real one by `server/plans/document-store.db.test.ts`. */
export type FakePlanStore = PlanStore & {
  /** While this is set, everything rejects with it. */
  trouble: Error | undefined
  /** Appends resolve only while this is false. */
  held: boolean
  release(): void
  readonly appends: number
  readonly logged: number
  /** The document as it would be read now. */
  document(): Doc
  /** Calls back after each append. */
  onAppend(listener: () => void): void
}

export function createFakePlanStore(): FakePlanStore {
  let seq = 0
  let base: { readonly seq: number; readonly content: Uint8Array } | undefined
  let log: { readonly seq: number; readonly content: Uint8Array }[] = []
  let appends = 0
  let waiting: (() => void)[] = []
  const listeners: (() => void)[] = []

  const store: FakePlanStore = {
    trouble: undefined,
    held: false,
    get appends() {
      return appends
    },
    get logged() {
      return log.length
    },
    onAppend: (listener) => listeners.push(listener),
    release() {
      store.held = false
      for (const one of waiting.splice(0)) one()
    },
    async read(_plan, after) {
      if (store.trouble !== undefined) throw store.trouble
      const whole = base !== undefined && base.seq > after ? [base.content] : []
      return {
        seq,
        updates: [...whole, ...log.flatMap((one) => (one.seq > after ? [one.content] : []))],
        logged: log.length,
        bytes: (base?.content.length ?? 0) + log.reduce((sum, { content }) => sum + content.length, 0),
      }
    },
    async append(_plan, { content }) {
      appends++
      for (const listener of listeners) listener()
      if (store.held) await new Promise<void>((resolve) => waiting.push(resolve))
      if (store.trouble !== undefined) throw store.trouble
      log.push({ seq: ++seq, content })
      return { seq, logged: log.length }
    },
    async compact(_plan, upTo, whole) {
      if (store.trouble !== undefined) throw store.trouble
      if (base !== undefined && base.seq >= upTo) return
      base = { seq: upTo, content: whole }
      log = log.filter((one) => one.seq > upTo)
    },
    document() {
      const doc = new Doc()
      if (base !== undefined) applyUpdate(doc, base.content)
      for (const { content } of log) applyUpdate(doc, content)
      return doc
    },
  }
  return store
}
