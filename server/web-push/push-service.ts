import { RequestFilteringHttpsAgent } from 'request-filtering-agent'
import webPush, { WebPushError } from 'web-push'
import type { PushPayload, PushTrouble } from '#shared/protocol/push.ts'
import type { VapidKeys } from './vapid.ts'

/** Where a browser takes pushes, as it gave it. */
export type PushTarget = { readonly endpoint: string; readonly p256dh: string; readonly auth: string }

export type PushOptions = {
  /** How long the push service keeps it for a device that is off, ms. */
  readonly lifeMs: number
  /** A phone that saves power is woken by `high` only (RFC 8030, 5.3). */
  readonly urgency: 'high' | 'normal'
  /** A newer push of the same name takes the place of one that was not delivered yet: at most 32 of A-Z a-z 0-9 - _. */
  readonly topic?: string
}

/**
 * `gone`: the browser takes no more pushes. `refused`: the push service does not take this one, now or ever. `failed`: it may take it
 * later.
 */
export type PushOutcome =
  | { readonly status: 'sent' | 'gone' }
  | { readonly status: 'refused' | 'failed'; readonly trouble: PushTrouble }

export type PushService = {
  readonly publicKey: string
  send(target: PushTarget, payload: PushPayload, options: PushOptions): Promise<PushOutcome>
}

/** A push service that answers slowly, or never ends its answer, is given up. */
const deadlineMs = 15_000

/** Sends pushes: encryption and signature are web-push's. `allowPrivate`: also to services inside private networks. */
export function createPushService(deps: {
  readonly keys: VapidKeys
  readonly subject: () => Promise<string>
  readonly allowPrivate: boolean
  readonly now: () => number
}): PushService {
  return {
    publicKey: deps.keys.publicKey,
    async send(target, payload, options) {
      // The address comes from a browser: without the filter anybody with an account could have this server speak to its own network.
      const agent = new RequestFilteringHttpsAgent({
        allowPrivateIPAddress: deps.allowPrivate,
        allowMetaIPAddress: false,
      })
      const deadline = setTimeout(() => agent.destroy(), deadlineMs)
      try {
        const { endpoint, p256dh, auth } = target
        await webPush.sendNotification({ endpoint, keys: { p256dh, auth } }, JSON.stringify(payload), {
          vapidDetails: { subject: await deps.subject(), ...deps.keys },
          TTL: Math.floor(options.lifeMs / 1000),
          urgency: options.urgency,
          timeout: deadlineMs,
          agent,
          ...(options.topic === undefined ? {} : { topic: options.topic }),
        })
        return { status: 'sent' }
      } catch (error) {
        return outcomeOf(error, deps.now())
      } finally {
        clearTimeout(deadline)
        agent.destroy()
      }
    },
  }
}

/** By status: RFC 8030, 5 and 7.3; RFC 8292, 2. */
function outcomeOf(error: unknown, at: number): PushOutcome {
  if (!(error instanceof WebPushError)) {
    const text = error instanceof Error ? error.message : String(error)
    return { status: isFiltered(text) ? 'refused' : 'failed', trouble: { status: 0, text: text.slice(0, 300), at } }
  }
  const { statusCode: status, body } = error
  if (status === 404 || status === 410) return { status: 'gone' }
  const trouble = { status, text: body.trim().slice(0, 300), at }
  return { status: status === 429 || status >= 500 ? 'failed' : 'refused', trouble }
}

/** What request-filtering-agent says of an address that it does not let through. */
function isFiltered(text: string): boolean {
  return text.includes('is not allowed')
}
