import {
  DeliveryId,
  EnvironmentId,
  PlanCommentId,
  PlanId,
  PlanVersionId,
  ProfileId,
  PromptId,
  PublishId,
  ReviewChangeId,
  ReviewCommentId,
  RunId,
  SecretId,
  TerminalId,
  uuidv7,
} from '#shared/ids.ts'
import { createStrictContext } from './context.ts'

/** What the app takes from the machine: time and randomness. Given once, so that tests can fix both. */
export type Platform = {
  /** ms since epoch. */
  readonly now: () => number
  readonly random: (bytes: number) => Uint8Array
  /** When this page was opened, ms since epoch. */
  readonly openedAt: number
}

export const browserPlatform: Platform = {
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  openedAt: performance.timeOrigin,
}

export const [PlatformContext, usePlatform] = createStrictContext<Platform>('Platform')

/** Ids made on this device, for intents. */
export type NewIds = {
  readonly runId: () => RunId
  readonly promptId: () => PromptId
  readonly planId: () => PlanId
  readonly planVersionId: () => PlanVersionId
  readonly planCommentId: () => PlanCommentId
  readonly profileId: () => ProfileId
  readonly reviewCommentId: () => ReviewCommentId
  readonly reviewChangeId: () => ReviewChangeId
  readonly publishId: () => PublishId
  readonly deliveryId: () => DeliveryId
  readonly secretId: () => SecretId
  readonly environmentId: () => EnvironmentId
  readonly terminalId: () => TerminalId
  /** What opens a shared run to whoever has its link. */
  readonly shareSecret: () => string
}

export function createIds(platform: Platform): NewIds {
  const next = () => uuidv7(platform.now(), platform.random(10))
  return {
    runId: () => RunId.parse(next()),
    promptId: () => PromptId.parse(next()),
    planId: () => PlanId.parse(next()),
    planCommentId: () => PlanCommentId.parse(next()),
    planVersionId: () => PlanVersionId.parse(next()),
    profileId: () => ProfileId.parse(next()),
    reviewCommentId: () => ReviewCommentId.parse(next()),
    reviewChangeId: () => ReviewChangeId.parse(next()),
    publishId: () => PublishId.parse(next()),
    deliveryId: () => DeliveryId.parse(next()),
    secretId: () => SecretId.parse(next()),
    environmentId: () => EnvironmentId.parse(next()),
    terminalId: () => TerminalId.parse(next()),
    shareSecret: () => base64url(platform.random(32)),
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

export function useIds(): NewIds {
  return createIds(usePlatform())
}

/** Calls `act` when the page has nothing better to do; after five seconds in any case. */
export function whenIdle(act: () => void): void {
  // Safari has no `requestIdleCallback`.
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 5_000 })
  else setTimeout(act, 1_000)
}

/** Whether the keys for commands are ⌘ instead of Ctrl. */
export const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
