import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { streamSSE } from 'hono/streaming'
import type { GuestId } from '#shared/domain/plan-guest.ts'
import { BlobHash, PlanCommentId } from '#shared/ids.ts'
import { GuestComment, GuestEdit, guestTokenHeader, type SharedPlanGate } from '#shared/protocol/shared-plan.ts'
import { refusal } from '#shared/refusal.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { roleIn } from '../auth/accounts.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits, type RateLimits } from '../auth/rate-limits.ts'
import type { Queryable } from '../db/database.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import type { PlanFeeds } from '../plan-shares/feed.ts'
import {
  addGuestComment,
  editGuestComment,
  removeGuestComment,
  type GuestCommentsDeps,
} from '../plan-shares/guest-comments.ts'
import { findPlanLink, guestOf, type OpenPlan } from '../plan-shares/links.ts'
import type { PlanTexts } from '../plan-shares/texts.ts'
import { readSharedPlan } from '../plan-shares/view.ts'
import type { ImageStore } from '../plans/image-store.ts'
import { answer } from './answers.ts'
import { imageHeaders } from './plan-images.ts'

export type SharedPlanRoutesDeps = GuestCommentsDeps & {
  readonly database: Queryable
  readonly store: SpaceStore
  readonly auth: Pick<Auth, 'getActor'>
  readonly texts: PlanTexts
  readonly images: Pick<ImageStore, 'get'>
  readonly feeds: PlanFeeds
  readonly rateLimits: RateLimits
}

const notShared = refusal('not_found', 'This link opens nothing. It may have been stopped, or is not complete.')
const path = '/shared-plan/:planId/:secret'
/** What the page has: the tag of an earlier answer. */
const Have = z.string().max(40).optional()

/** A plan for whoever has its link. A link that opens nothing counts against its address, as that of a run does. */
export function sharedPlanRoutes(deps: SharedPlanRoutesDeps): Hono<Environment> {
  const { auth, rateLimits } = deps
  type C = Context<Environment>

  async function withLink(c: C, act: (link: OpenPlan) => Promise<Response>): Promise<Response> {
    const { planId = '', secret = '' } = c.req.param()
    const link = await findPlanLink(deps, { planId, secret })
    if (link !== undefined) return await act(link)
    const seconds = await rateLimits.take(limits.sharedLink, c.var.address)
    return seconds === undefined ? refuse(c, notShared) : refuseTooFast(c, seconds)
  }

  /** Whoever is in the plan's team has the app for it, and never writes as a guest. */
  async function gateOf(c: C, link: OpenPlan): Promise<SharedPlanGate | undefined> {
    const actor = await auth.getActor(c.req.raw)
    if (actor === undefined || (await roleIn(deps.database, link.teamId, actor.userId)) === undefined) return undefined
    return { gate: 'member', teamId: link.teamId, chosen: actor.teamId === link.teamId }
  }

  const withGuest = (c: C, act: (link: OpenPlan, guest: GuestId) => Promise<Response>): Promise<Response> =>
    withLink(c, async (link) => {
      if ((await gateOf(c, link)) !== undefined)
        return refuse(c, refusal('not_allowed', 'This plan is your team’s. Open it in the app.'))
      const guest = guestOf(link, c.req.header(guestTokenHeader))
      if (guest === undefined)
        return refuse(c, refusal('invalid', `“${guestTokenHeader}” must be 43 letters of base64url.`))
      const seconds = await rateLimits.take(limits.guestComments, link.share.secret)
      return seconds === undefined ? await act(link, guest) : refuseTooFast(c, seconds)
    })

  return new Hono<Environment>()
    .use(`${path}/*`, async (c, next) => {
      await next()
      c.header('x-robots-tag', 'noindex, nofollow')
      c.header('cache-control', 'no-store')
    })
    .get(path, (c) =>
      withLink(c, async (link) => {
        const gate = await gateOf(c, link)
        if (gate !== undefined) return c.json(gate)
        const have = Have.safeParse(c.req.query('have'))
        if (!have.success) return refuse(c, refusal('invalid', '“have” must be the tag of an answer.'))
        const guest = guestOf(link, c.req.header(guestTokenHeader))
        const view = await readSharedPlan(deps, link, { guest, have: have.data })
        return view === undefined ? refuse(c, notShared) : c.json(view)
      }),
    )
    .get(`${path}/live`, (c) =>
      withLink(c, async (link) => {
        if ((await gateOf(c, link)) !== undefined)
          return refuse(c, refusal('not_allowed', 'This plan is your team’s. Open it in the app.'))
        const { planId, share } = link
        const feed = deps.feeds.open(link, () => findPlanLink(deps, { planId, secret: share.secret }))
        if (!feed.ok) return refuseFull(c, feed.error)
        // Else a proxy may hold back what is written until there is more of it.
        c.header('x-accel-buffering', 'no')
        return streamSSE(c, async (stream) => {
          stream.onAbort(() => feed.value.close())
          try {
            for (let event = await feed.value.next(); event !== undefined; event = await feed.value.next())
              await stream.writeSSE({ data: JSON.stringify(event) })
          } finally {
            feed.value.close()
          }
        })
      }),
    )
    .get(`${path}/images/:hash`, limitRate(rateLimits, limits.sharedImages), (c) =>
      withLink(c, async (link) => {
        const hash = BlobHash.safeParse(c.req.param('hash')).data
        // Whoever has the link sees what stands in the text, and none of the team's other pictures.
        const { markdown } = await deps.texts.read(link, undefined)
        if (hash === undefined || markdown?.includes(`drover:image/${hash}`) !== true) return refuse(c, noPicture)
        const image = await deps.images.get(link.teamId, hash)
        if (image === undefined) return refuse(c, noPicture)
        return c.body(new Uint8Array(image.content), 200, imageHeaders(image.type, hash))
      }),
    )
    .use(`${path}/comments/*`, limitRate(rateLimits, limits.sharedAct))
    .post(`${path}/comments`, async (c) => {
      const comment = await readBody(c, GuestComment)
      return await withGuest(c, async (link, guest) => answer(c, await addGuestComment(deps, link, guest, comment)))
    })
    .put(`${path}/comments/:commentId`, async (c) => {
      const { text } = await readBody(c, GuestEdit)
      return await withGuest(c, async (link, guest) => {
        const id = PlanCommentId.safeParse(c.req.param('commentId')).data
        return id === undefined
          ? refuse(c, noComment)
          : answer(c, await editGuestComment(deps, link, guest, { id, text }))
      })
    })
    .delete(`${path}/comments/:commentId`, (c) =>
      withGuest(c, async (link, guest) => {
        const id = PlanCommentId.safeParse(c.req.param('commentId')).data
        return id === undefined ? refuse(c, noComment) : answer(c, await removeGuestComment(deps, link, guest, id))
      }),
    )
}

const noPicture = refusal('not_found', 'There is no such picture in this plan.')
const noComment = refusal('not_found', 'There is no such comment here.')

function refuseFull(c: Context, what: 'link' | 'server'): Response {
  c.header('retry-after', '30')
  return what === 'link'
    ? refuse(c, refusal('rate_limited', 'As many people look at this plan as can be told of changes at once.'), 429)
    : refuse(c, refusal('rate_limited', 'This server tells as many people of changes as it can.'), 503)
}
