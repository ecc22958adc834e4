import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { attachmentTypeOf } from '#shared/domain/attachment-type.ts'
import { isPicture, pictureBytesLimit, teamAttachmentBytesLimit } from '#shared/domain/attachment.ts'
import { imagePixelsLimit } from '#shared/domain/plan-image.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { BlobHash } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { readImageFacts } from '#sync/core/plan/image-facts.ts'
import type { BlobStore } from '../db/blob-store.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'

const wrongName = refusal('invalid', 'The name must be the SHA-256 of the file, in lower-case hex.')
const otherHash = refusal('invalid', 'The file does not have this SHA-256.')
const empty = refusal('invalid', 'The file is empty.')
const tooLarge = refusal(
  'too_large',
  `A picture has at most ${pictureBytesLimit / 1_000_000} MB and 40 million pixels.`,
)
const noRoom = refusal(
  'too_many',
  `The files that people of this team attached have no room left (${teamAttachmentBytesLimit / 1_000_000_000} GB). Those that no message names make room after 30 days.`,
)

/** `PUT`: a device hands in a file that goes with a message. It is read as a blob of the team. Paths with `:teamId` have passed `inTeam`. */
export function attachmentRoutes(deps: { readonly blobs: BlobStore; readonly now: () => number }): Hono<Environment> {
  return new Hono<Environment>().put('/teams/:teamId/attachments/:hash', async (c) => {
    const { teamId, role } = c.var.actor
    if (!canSteerRuns(role)) return refuse(c, refusal('not_allowed'))
    const hash = BlobHash.safeParse(c.req.param('hash'))
    if (!hash.success) return refuse(c, wrongName)
    if (await deps.blobs.attachAgain(teamId, hash.data, deps.now())) return c.json({})
    const content = new Uint8Array(await c.req.arrayBuffer())
    if (content.byteLength === 0) return refuse(c, empty)
    if (createHash('sha256').update(content).digest('hex') !== hash.data) return refuse(c, otherHash)
    if (isPicture({ type: attachmentTypeOf(content) }) && !isFitting(content)) return refuse(c, tooLarge)
    const isKept = await deps.blobs.attach(teamId, hash.data, content, deps.now())
    return isKept ? c.json({}, 201) : refuse(c, noRoom, 507)
  })
}

/** Showing a picture takes four bytes for each of its pixels, whatever it weighs. */
function isFitting(content: Uint8Array): boolean {
  const facts = readImageFacts(content)
  return (
    content.byteLength <= pictureBytesLimit && (facts === undefined || facts.width * facts.height <= imagePixelsLimit)
  )
}
