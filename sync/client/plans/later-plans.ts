import type { PlanId, TeamId } from '#shared/ids.ts'
import type { DeviceImages, UnsentImage } from '../images/device-images.ts'
import type { ImageStore } from '../images/image-store.ts'
import type { DevicePlansDeps, PlanDeps } from './device-plans.ts'
import { createGuestBoard, type WatchPlanGuests } from './guest-board.ts'
import type { DevicePlans, PlanCopy } from './plan-document.ts'
import type { PlanStore } from './store/plan-store.ts'

type Loaded = Awaited<ReturnType<typeof load>>

export type LaterPlansDeps = Omit<DevicePlansDeps, 'store'> & {
  readonly openStore: () => Promise<PlanStore>
  readonly openImages: () => Promise<ImageStore>
  readonly teamId: TeamId
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** Calls back when the code may be fetched though nobody has asked for a plan yet. */
  readonly soon: (act: () => void) => void
}

/** What a device has for its plans: in a browser one for all its pages, in tests one for each device. */
export type LaterPlanDeps = Omit<PlanDeps, 'store'> & Pick<LaterPlansDeps, 'openStore' | 'openImages' | 'soon'>

/**
 * The plans of a device and their pictures, whose code and store are no part of the app's first load: they come with the first one who asks, or soon. What fails to come is tried
 * again by the next one who asks.
 */
export function createLaterPlans(deps: LaterPlansDeps) {
  let loading: Promise<Loaded> | undefined
  let loaded: Loaded | undefined
  let failed = false
  let closed = false
  const followers = new Set<() => void>()
  const guests = createGuestBoard()

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
        failed = true
        throw error
      },
    )
    return loading
  }

  /** Calls back with `empty`, and with what is told once the code is here. */
  function follow<T>(
    empty: T,
    on: (value: T) => void,
    subscribe: (plans: Loaded, on: (value: T) => void) => () => void,
  ) {
    let stop: (() => void) | undefined
    const begin = (): void => {
      if (loaded !== undefined) stop ??= subscribe(loaded, on)
    }
    begin()
    if (stop === undefined) {
      on(empty)
      followers.add(begin)
    }
    return () => {
      followers.delete(begin)
      stop?.()
    }
  }

  /** For what nobody waits for: whoever asks next is told why it did not come. */
  const askQuietly = (): void => void (closed || ask().catch(() => undefined))

  const plans: DevicePlans & WatchPlanGuests & DeviceImages = {
    openPlan: async (planId) => (await ask()).plans.openPlan(planId),
    subscribePlanCopies(onCopies) {
      askQuietly()
      return follow<ReadonlyMap<PlanId, PlanCopy>>(new Map(), onCopies, ({ plans: here }, on) =>
        here.subscribePlanCopies(on),
      )
    },
    subscribePlanGuests: guests.subscribe,
    pinPlan: async (planId, pinned) => (await ask()).plans.pinPlan(planId, pinned),
    copyPlan: async (from, to) => (await ask()).plans.copyPlan(from, to),
    dropPlanCopy: async (planId) => (await ask()).plans.dropPlanCopy(planId),
    keepImage: async (image) => (await ask()).images.keepImage(image),
    readImage: async (hash, signal) => (await ask()).images.readImage(hash, signal),
    // The frame of every page asks: it is told soon.
    subscribeUnsentImages: (onUnsent) =>
      follow<readonly UnsentImage[]>([], onUnsent, ({ images }, on) => images.subscribeUnsentImages(on)),
    retryImage: async (hash) => (await ask()).images.retryImage(hash),
    discardImage: async (hash) => (await ask()).images.discardImage(hash),
  }
  deps.soon(askQuietly)

  return {
    plans,
    guests,
    wake(): void {
      // What failed to load for want of a network comes with it.
      if (failed && loaded === undefined) askQuietly()
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
  const [{ createDevicePlans }, { createDeviceImages }, store, imageStore] = await Promise.all([
    import('./device-plans.ts'),
    import('../images/device-images.ts'),
    deps.openStore(),
    deps.openImages(),
  ])
  const waiting = { plans: 0, images: 0 }
  const tell = (): void => deps.onUnstored(waiting.plans + waiting.images)
  const plans = createDevicePlans({
    ...deps,
    store,
    onUnstored(count) {
      waiting.plans = count
      tell()
    },
  })
  const images = createDeviceImages({
    ...deps,
    store: imageStore,
    random: Math.random,
    onWaiting(count) {
      if (count === waiting.images) return
      waiting.images = count
      tell()
    },
  })
  return {
    ...plans,
    images: images.images,
    wake(): void {
      plans.wake()
      images.wake()
    },
    async close(): Promise<void> {
      await Promise.all([plans.close(), images.close()])
    },
  }
}
