import type { PlanId } from '#shared/ids.ts'
import type { PlanCopy } from './plan-document.ts'

/** What is stored within this time is not told: every key stroke is on its way for a moment. */
const tellAfterMs = 1_000

/** How many plans have something that the server lacks, and have had it for a while. */
export function countUnstored(deps: { readonly now: () => number; readonly onCount: (count: number) => void }) {
  const since = new Map<PlanId, number>()
  let isFirst = true
  let told = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(): void {
    clearTimeout(timer)
    const now = deps.now()
    const ages = [...since.values()].map((at) => now - at)
    const count = ages.filter((age) => age >= tellAfterMs).length
    if (count !== told) deps.onCount((told = count))
    const youngest = ages.filter((age) => age < tellAfterMs)
    if (youngest.length > 0) timer = setTimeout(tell, tellAfterMs - Math.max(...youngest))
  }

  return {
    take(copies: ReadonlyMap<PlanId, PlanCopy>): void {
      for (const planId of since.keys()) if (copies.get(planId)?.unstored !== true) since.delete(planId)
      for (const { planId, unstored, lost } of copies.values()) {
        if (!unstored || lost) since.delete(planId)
        // What a page finds was left by one before.
        else if (!since.has(planId)) since.set(planId, isFirst ? -Infinity : deps.now())
      }
      isFirst &&= copies.size === 0
      tell()
    },
    close: () => clearTimeout(timer),
  }
}
