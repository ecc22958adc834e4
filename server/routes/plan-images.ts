import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { contentTypeOf, imagePixelsLimit } from '#shared/domain/plan-image.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import { BlobHash } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { readImageFacts } from '#sync/core/plan/image-facts.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import type { ImageStore } from '../plans/image-store.ts'

const noImage = refusal('not_found', 'There is no such picture in your team.')
const wrongName = refusal('invalid', 'The name must be the SHA-256 of the picture, in lower-case hex.')
const otherHash = refusal('invalid', 'The picture does not have this SHA-256.')
const noPicture = refusal('invalid', 'A picture is a PNG, JPEG, GIF, WebP or AVIF.')
const tooManyPixels = refusal('too_large', `A picture has at most ${imagePixelsLimit / 1_000_000} million pixels.`)
const noRoom = refusal('too_many', 'The pictures of this team have no room left. Take some out of its plans.')

/** Pictures of plans, by their hash. Paths with `:teamId` have passed `inTeam`. */
export function planImageRoutes(deps: { readonly images: ImageStore; readonly now: () => number }): Hono<Environment> {
  const { images, now } = deps
  return new Hono<Environment>()
    .put('/teams/:teamId/images/:hash', async (c) => {
      const { teamId, userId, role } = c.var.actor
      if (!canEditPlans(role)) return refuse(c, refusal('not_allowed'))
      const hash = BlobHash.safeParse(c.req.param('hash'))
      if (!hash.success) return refuse(c, wrongName)
      if (await images.renew(teamId, hash.data, now())) return c.json({})
      const content = new Uint8Array(await c.req.arrayBuffer())
      if (createHash('sha256').update(content).digest('hex') !== hash.data) return refuse(c, otherHash)
      const facts = readImageFacts(content)
      if (facts === undefined) return refuse(c, noPicture, 415)
      if (facts.width * facts.height > imagePixelsLimit) return refuse(c, tooManyPixels)
      const isKept = await images.put({ teamId, hash: hash.data, type: facts.type, content, addedBy: userId }, now())
      return isKept ? c.json({}, 201) : refuse(c, noRoom, 507)
    })
    .get('/teams/:teamId/images/:hash', async (c) => {
      const { teamId } = c.var.actor
      const hash = BlobHash.safeParse(c.req.param('hash'))
      const image = hash.success ? await images.get(teamId, hash.data) : undefined
      if (!hash.success || image === undefined) return refuse(c, noImage)
      return c.body(new Uint8Array(image.content), 200, imageHeaders(image.type, hash.data))
    })
}

/** Whatever it holds, it is shown as the picture that its bytes are, and nothing in it runs. */
export function imageHeaders(type: Parameters<typeof contentTypeOf>[0], hash: BlobHash): Record<string, string> {
  return {
    'content-type': contentTypeOf(type),
    'content-disposition': `inline; filename="${hash.slice(0, 12)}.${type}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=31536000, immutable',
  }
}
