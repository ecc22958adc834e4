import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { streamSSE } from 'hono/streaming'
import { BlobHash } from '#shared/ids.ts'
import {
  SharedAsk,
  SharedPermissionAnswer,
  SharedPrompt,
  SharedStop,
  type SharedGate,
} from '#shared/protocol/shared-run.ts'
import { refusal } from '#shared/refusal.ts'
import { answerPermission } from '#sync/core/mutators/answer-permission.ts'
import { sendPrompt } from '#sync/core/mutators/send-prompt.ts'
import { stopRun } from '#sync/core/mutators/stop-run.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits, type RateLimits } from '../auth/rate-limits.ts'
import type { BlobStore } from '../db/blob-store.ts'
import type { JobStore } from '../db/job-store.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseSignedOut, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import { noOutput, readEntry, wholeOutput } from '../runs/whole-output.ts'
import { leadsTo } from '../shares/blobs.ts'
import { askForAccess, claimName, steer, type GuestActsDeps } from '../shares/guest-acts.ts'
import { findLink, openLink, type LinksDeps, type Opened, type OpenLink } from '../shares/links.ts'
import type { SharedStreams } from '../shares/streams.ts'
import { createReading, readOlder, readView } from '../shares/view.ts'
import { answer } from './answers.ts'
import { blobHeaders } from './blob-headers.ts'

export type SharedRoutesDeps = LinksDeps &
  GuestActsDeps & {
    readonly auth: Pick<Auth, 'getActor'>
    readonly blobs: BlobStore
    readonly jobs: JobStore
    readonly streams: SharedStreams
    readonly rateLimits: RateLimits
  }

const notShared = refusal('not_found', 'This link opens nothing. It may have been stopped, or is not complete.')
const path = '/shared/:runId/:secret'
const Before = z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER)

/**
 * A run for whoever has its link. Who it is and what they may is asked for each request; a link that opens nothing counts against its
 * address, as a password that is wrong does.
 */
export function sharedRoutes(deps: SharedRoutesDeps): Hono<Environment> {
  const { auth, store, rateLimits } = deps
  type C = Context<Environment>

  async function withLink(c: C, act: (link: OpenLink) => Promise<Response>): Promise<Response> {
    const { runId = '', secret = '' } = c.req.param()
    const link = await findLink(deps, { runId, secret })
    if (link !== undefined) return await act(link)
    const seconds = await rateLimits.take(limits.sharedLink, c.var.address)
    return seconds === undefined ? refuse(c, notShared) : refuseTooFast(c, seconds)
  }

  const withOpened = (c: C, act: (opened: Opened) => Promise<Response>): Promise<Response> =>
    withLink(c, async (link) => {
      const opened = await openLink(deps, link, await auth.getActor(c.req.raw))
      return 'gate' in opened ? refuseGate(c, opened) : await act(opened)
    })

  /** What a guest does: signed in, and not of the team, who have the app for it. */
  const withGuest = (
    c: C,
    act: (link: OpenLink, guest: NonNullable<Opened['guest']>) => Promise<Response>,
  ): Promise<Response> =>
    withLink(c, async (link) => {
      const actor = await auth.getActor(c.req.raw)
      if (actor === undefined) return refuseSignedOut(c)
      const opened = await openLink(deps, link, actor)
      return 'gate' in opened && opened.gate === 'member' ? refuseGate(c, opened) : await act(link, actor)
    })

  return new Hono<Environment>()
    .use(`${path}/*`, async (c, next) => {
      await next()
      c.header('x-robots-tag', 'noindex, nofollow')
    })
    .get(path, (c) =>
      withLink(c, async (link) => {
        const opened = await openLink(deps, link, await auth.getActor(c.req.raw))
        if ('gate' in opened) return c.json(opened)
        if (opened.guest !== undefined) await claimName(deps, link, opened.guest)
        const view = await readView(store, createReading(opened))
        return view === undefined ? refuse(c, notShared) : c.json(view)
      }),
    )
    .get(`${path}/chunks`, (c) =>
      withOpened(c, async (opened) => {
        const before = Before.safeParse(c.req.query('before'))
        if (!before.success) return refuse(c, refusal('invalid', '“before” must be the number of a chunk.'))
        return c.json(await readOlder(store, createReading(opened), before.data))
      }),
    )
    .get(`${path}/blobs/:hash`, (c) =>
      withOpened(c, async (opened) => {
        const hash = BlobHash.safeParse(c.req.param('hash'))
        const leads = hash.success && (await leadsTo(deps, createReading(opened), hash.data))
        const content = leads ? await deps.blobs.get(opened.teamId, hash.data) : undefined
        if (content === undefined) return refuse(c, refusal('not_found', 'There is no such content in this run.'))
        // Not kept: it is nobody's any more once sharing stops.
        return c.body(new Uint8Array(content), 200, { ...blobHeaders, 'cache-control': 'no-store' })
      }),
    )
    .get(`${path}/entries/:n/output`, (c) =>
      withOpened(c, async (opened) => {
        const { presenter } = createReading(opened)
        const entry = await readEntry(deps, opened.runId, c.req.param('n'))
        // Only what this reader may see of it: the output of a set-up command is not.
        const shown = entry && presenter.entry(entry)
        return (await wholeOutput(deps.blobs, opened.teamId, shown)) ?? refuse(c, noOutput)
      }),
    )
    .get(`${path}/live`, (c) =>
      withOpened(c, async (opened) => {
        const { headers } = c.req.raw
        const secret = opened.share.secret
        const feed = deps.streams.open(opened, async () => {
          const link = await findLink(deps, { runId: opened.runId, secret })
          return link && (await openLink(deps, link, await auth.getActor(headers)))
        })
        if (!feed.ok) return refuseFull(c, feed.error)
        // Else a proxy may hold back what is written until there is more of it.
        c.header('x-accel-buffering', 'no')
        return streamSSE(c, async (stream) => {
          stream.onAbort(() => feed.value.close())
          try {
            for (let event = await feed.value.next(); event !== undefined; event = await feed.value.next())
              await stream.writeSSE({ data: JSON.stringify(event) })
          } catch {
            // The database is away: the page asks anew, and is told so.
          } finally {
            feed.value.close()
          }
        })
      }),
    )
    .use(`${path}/ask`, limitRate(rateLimits, limits.sharedAct))
    .post(`${path}/ask`, async (c) => {
      const { wants } = await readBody(c, SharedAsk)
      return await withGuest(c, async (link, guest) => answer(c, await askForAccess(deps, link, guest, wants)))
    })
    .use(`${path}/prompts`, limitRate(rateLimits, limits.sharedAct))
    .post(`${path}/prompts`, async (c) => {
      const { intentId, ...prompt } = await readBody(c, SharedPrompt)
      return await withGuest(c, async (link, guest) => {
        const args = { ...prompt, runId: link.runId }
        return answer(c, await steer(deps, link, guest, { mutator: sendPrompt, args, intentId }))
      })
    })
    .use(`${path}/answers`, limitRate(rateLimits, limits.sharedAct))
    .post(`${path}/answers`, async (c) => {
      const { intentId, ...given } = await readBody(c, SharedPermissionAnswer)
      return await withGuest(c, async (link, guest) => {
        const args = { ...given, runId: link.runId }
        return answer(c, await steer(deps, link, guest, { mutator: answerPermission, args, intentId }))
      })
    })
    .use(`${path}/stop`, limitRate(rateLimits, limits.sharedAct))
    .post(`${path}/stop`, async (c) => {
      const { intentId, deliveryId } = await readBody(c, SharedStop)
      return await withGuest(c, async (link, guest) => {
        const args = { deliveryId, runId: link.runId }
        return answer(c, await steer(deps, link, guest, { mutator: stopRun, args, intentId }))
      })
    })
}

function refuseGate(c: Context, gate: SharedGate): Response {
  switch (gate.gate) {
    case 'sign_in':
      return refuseSignedOut(c)
    case 'member':
      return refuse(c, refusal('not_allowed', 'This run is your team’s. Open it in the app.'))
    case 'not_named':
      return refuse(c, refusal('not_allowed', 'This run is shared with others. Ask for access.'))
  }
}

function refuseFull(c: Context, what: 'link' | 'server'): Response {
  c.header('retry-after', '30')
  return what === 'link'
    ? refuse(c, refusal('rate_limited', 'As many people look at this run as can be told of changes at once.'), 429)
    : refuse(c, refusal('rate_limited', 'This server tells as many people of changes as it can.'), 503)
}
