import type { PlanId } from '#shared/ids.ts'
import { asOne, isStored, withChanges, type PlanNote } from './plan-note.ts'
import type { PlanStore } from './plan-store.ts'

type Kept = { readonly note: PlanNote; readonly changes: ReadonlyMap<number, Uint8Array> }

/** Lives as long as the page: for tests, where one stands for the disk of a device, and for browsers that keep nothing. */
export function createMemoryPlanStore(): PlanStore {
  const plans = new Map<PlanId, Kept>()
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    async read(planId, after = 0) {
      const kept = plans.get(planId)
      if (kept === undefined) return undefined
      return { note: kept.note, changes: [...kept.changes].flatMap(([n, change]) => (n > after ? [change] : [])) }
    },
    async append(planId, changes, change) {
      const kept = plans.get(planId)
      if (kept === undefined) return false
      const note = change(withChanges(kept.note, changes))
      const placed = changes.map((one, index) => [kept.note.last + 1 + index, one] as const)
      plans.set(planId, { note, changes: new Map([...kept.changes, ...placed]) })
      if (isStored(note) !== isStored(kept.note)) tell()
      return true
    },
    async change(planId, change) {
      const kept = plans.get(planId)
      const note = change(kept?.note)
      if (note === kept?.note) return
      if (note === undefined) plans.delete(planId)
      else plans.set(planId, { note, changes: kept?.changes ?? new Map() })
      tell()
    },
    async compact(planId, most, merge) {
      const kept = plans.get(planId)
      if (kept === undefined || kept.note.count <= most) return
      const whole = merge([...kept.changes.values()])
      const note = asOne(kept.note, whole)
      plans.set(planId, { note, changes: new Map([[note.last, whole]]) })
    },
    notes: async () => [...plans.values()].map(({ note }) => note),
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    close: () => undefined,
  }
}
