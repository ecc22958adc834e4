import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { BlobHash } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Auth } from '../auth/create-auth.ts'
import type { BlobStore } from '../db/blob-store.ts'
import { limitBody } from '../middleware/body-limits.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { blobHeaders } from './blob-headers.ts'

const maxBlobBytes = 64 * 1024 * 1024
const noKey = refusal('not_allowed', 'This needs an agent key: Authorization: Bearer drv_…')

/** `PUT /api/runner/blobs/<sha256>`: a runner hands in large content before it names it; `GET` gives it to another one, and what goes with a message. */
export function runnerBlobRoutes(deps: {
  readonly auth: Auth
  readonly blobs: BlobStore
  readonly now: () => number
}): Hono<Environment> {
  return new Hono<Environment>()
    .get('/blobs/:hash', async (c) => {
      const runner = await deps.auth.authenticateRunner(c.req.raw)
      if (runner === undefined) return refuse(c, noKey, 401)
      const hash = BlobHash.safeParse(c.req.param('hash'))
      if (hash.success && c.req.method === 'HEAD')
        return c.body(null, (await deps.blobs.has(runner.teamId, hash.data)) ? 200 : 404)
      const content = hash.success ? await deps.blobs.get(runner.teamId, hash.data) : undefined
      if (content === undefined) return refuse(c, refusal('not_found', 'There is no such content in your team.'))
      return c.body(new Uint8Array(content), 200, { ...blobHeaders, 'cache-control': 'no-store' })
    })
    .put('/blobs/:hash', limitBody(maxBlobBytes), async (c) => {
      const runner = await deps.auth.authenticateRunner(c.req.raw)
      if (runner === undefined) return refuse(c, noKey, 401)
      const hash = BlobHash.safeParse(c.req.param('hash'))
      if (!hash.success)
        return refuse(c, refusal('invalid', 'The name must be the SHA-256 of the content, in lower-case hex.'))
      if (await deps.blobs.has(runner.teamId, hash.data)) return c.json({})
      const content = new Uint8Array(await c.req.arrayBuffer())
      if (createHash('sha256').update(content).digest('hex') !== hash.data)
        return refuse(c, refusal('invalid', 'The content does not have this SHA-256.'))
      await deps.blobs.put(runner.teamId, hash.data, content, deps.now())
      return c.json({}, 201)
    })
}
