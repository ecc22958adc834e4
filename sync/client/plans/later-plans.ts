import type { PlanId, TeamId } from '#shared/ids.ts'
import type { DeviceAttachments, UnsentAttachment } from '../attachments/device-attachments.ts'
import type { DeviceImages, UnsentImage } from '../images/device-images.ts'
import type { ImageStore } from '../images/image-store.ts'
import { createLater } from '../later.ts'
import type { DevicePlansDeps, PlanDeps } from './device-plans.ts'
import { createParticipantBoard, type WatchPlanParticipants } from './participant-board.ts'
import type { DevicePlans, PlanCopy } from './plan-document.ts'
import type { PlanStore } from './store/plan-store.ts'

export type LaterPlansDeps = Omit<DevicePlansDeps, 'store' | 'bringImage'> & {
  readonly openStore: () => Promise<PlanStore>
  readonly openImages: () => Promise<ImageStore>
  /** Of the files that go with messages. */
  readonly openAttachments: () => Promise<ImageStore>
  readonly teamId: TeamId
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** Calls back when the code may be fetched though nobody has asked for a plan yet. */
  readonly soon: (act: () => void) => void
}

/** What a device has for its plans: in a browser one for all its pages, in tests one for each device. */
export type LaterPlanDeps = Omit<PlanDeps, 'store'> &
  Pick<LaterPlansDeps, 'openStore' | 'openImages' | 'openAttachments' | 'soon'>

/**
 * The plans of a device and their pictures, whose code and store are no part of the app's first load: they come with the first one who asks, or soon.
 */
export function createLaterPlans(deps: LaterPlansDeps) {
  const later = createLater(() => load(deps))
  const participants = createParticipantBoard()
  const plans: DevicePlans & WatchPlanParticipants & DeviceImages & DeviceAttachments = {
    openPlan: async (planId) => (await later.ask()).plans.openPlan(planId),
    subscribePlanCopies(onCopies) {
      later.begin()
      return later.follow<ReadonlyMap<PlanId, PlanCopy>>(new Map(), onCopies, (here, on) =>
        here.plans.subscribePlanCopies(on),
      )
    },
    subscribePlanParticipants: participants.subscribe,
    pinPlan: async (planId, pinned) => (await later.ask()).plans.pinPlan(planId, pinned),
    copyPlan: async (from, to) => (await later.ask()).plans.copyPlan(from, to),
    dropPlanCopy: async (planId) => (await later.ask()).plans.dropPlanCopy(planId),
    keepImage: async (image) => (await later.ask()).images.keepImage(image),
    readImage: async (hash, signal) => (await later.ask()).images.readImage(hash, signal),
    // The frame of every page asks: it is told soon.
    subscribeUnsentImages: (onUnsent) =>
      later.follow<readonly UnsentImage[]>([], onUnsent, ({ images }, on) => images.subscribeUnsentImages(on)),
    retryImage: async (hash) => (await later.ask()).images.retryImage(hash),
    discardImage: async (hash) => (await later.ask()).images.discardImage(hash),
    keepAttachment: async (content) => (await later.ask()).attachments.keepAttachment(content),
    sendAttachments: async (blobs) => (await later.ask()).attachments.sendAttachments(blobs),
    forgetUnnamed: async (named) => (await later.ask()).attachments.forgetUnnamed(named),
    readAttachment: async (blob) => (await later.ask()).attachments.readAttachment(blob),
    subscribeUnsentAttachments: (onUnsent) =>
      later.follow<readonly UnsentAttachment[]>([], onUnsent, ({ attachments }, on) =>
        attachments.subscribeUnsentAttachments(on),
      ),
  }
  deps.soon(later.begin)

  return {
    plans,
    participants,
    wake(): void {
      later.retry()
      later.now()?.wake()
    },
    doubt: (): void => later.now()?.doubt(),
    roleChanged: (): void => later.now()?.roleChanged(),
    taken: (): void => later.now()?.taken(),
    async close(): Promise<void> {
      await (await later.close())?.close()
    },
  }
}

async function load(deps: LaterPlansDeps) {
  const [{ createDevicePlans }, { createDeviceImages }, own, store, imageStore, files] = await Promise.all([
    import('./device-plans.ts'),
    import('../images/device-images.ts'),
    import('../attachments/device-attachments.ts'),
    deps.openStore(),
    deps.openImages(),
    deps.openAttachments(),
  ])
  const waiting = { plans: 0, images: 0, attachments: 0 }
  const tell = (): void => deps.onUnstored(waiting.plans + waiting.images + waiting.attachments)
  const plans = createDevicePlans({
    ...deps,
    store,
    // One that the server does not have is not asked for again and again.
    bringImage: async (hash, signal) => (await images.images.readImage(hash, signal)) !== 'unreachable',
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
  const attachments = own.createDeviceAttachments({
    ...deps,
    store: files,
    random: Math.random,
    onWaiting(count) {
      if (count === waiting.attachments) return
      waiting.attachments = count
      tell()
    },
  })
  return {
    ...plans,
    images: images.images,
    attachments: attachments.attachments,
    wake(): void {
      plans.wake()
      images.wake()
      attachments.wake()
    },
    async close(): Promise<void> {
      await Promise.all([plans.close(), images.close(), attachments.close()])
    },
  }
}
