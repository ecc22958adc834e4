import type { PlanId } from '#shared/ids.ts'
import type { DevicePlansDeps, PlanDeps } from './device-plans.ts'
import type { DevicePlans, PlanCopy } from './plan-document.ts'
import type { PlanStore } from './store/plan-store.ts'

type Loaded = Awaited<ReturnType<typeof load>>

export type LaterPlansDeps = Omit<DevicePlansDeps, 'store'> & {
  readonly openStore: () => Promise<PlanStore>
  /** Calls back when the code may be fetched though nobody has asked for a plan yet. */
  readonly soon: (act: () => void) => void
}

/** What a device has for its plans: in a browser one for all its pages, in tests one for each device. */
export type LaterPlanDeps = Omit<PlanDeps, 'store'> & Pick<LaterPlansDeps, 'openStore' | 'soon'>

/**
 * The plans of a device, whose code and store are no part of the app's first load: they come with the first one who asks, or soon. What fails to come is tried
 * again by the next one who asks.
 */
export function createLaterPlans(deps: LaterPlansDeps) {
  let loading: Promise<Loaded> | undefined
  let loaded: Loaded | undefined
  let closed = false
  const followers = new Set<() => void>()

  function ask(): Promise<Loaded> {
    if (closed && loading === undefined) return Promise.reject(new Error('the workspace is closed'))
    loading ??= load(deps).then(
      (plans) => {
        loaded = plans
        for (const follow of followers) follow()
        return plans
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }

  /** For what nobody waits for: whoever asks next is told why it did not come. */
  const askQuietly = (): void => void (closed || ask().catch(() => undefined))

  const plans: DevicePlans = {
    openPlan: async (planId) => (await ask()).plans.openPlan(planId),
    subscribePlanCopies(onCopies) {
      let stop: (() => void) | undefined
      const follow = (): void => void (stop ??= loaded?.plans.subscribePlanCopies(onCopies))
      follow()
      if (stop === undefined) {
        onCopies(new Map<PlanId, PlanCopy>())
        followers.add(follow)
        askQuietly()
      }
      return () => {
        followers.delete(follow)
        stop?.()
      }
    },
    pinPlan: async (planId, pinned) => (await ask()).plans.pinPlan(planId, pinned),
    copyPlan: async (from, to) => (await ask()).plans.copyPlan(from, to),
    dropPlanCopy: async (planId) => (await ask()).plans.dropPlanCopy(planId),
  }
  deps.soon(askQuietly)

  return {
    plans,
    wake(): void {
      // What failed to load for want of a network comes with it.
      if (loaded === undefined && followers.size > 0) askQuietly()
      loaded?.wake()
    },
    doubt: (): void => loaded?.doubt(),
    roleChanged: (): void => loaded?.roleChanged(),
    taken: (): void => loaded?.taken(),
    async close(): Promise<void> {
      closed = true
      followers.clear()
      await (await loading?.catch(() => undefined))?.close()
    },
  }
}

async function load(deps: LaterPlansDeps) {
  const [{ createDevicePlans }, store] = await Promise.all([import('./device-plans.ts'), deps.openStore()])
  return createDevicePlans({ ...deps, store })
}
