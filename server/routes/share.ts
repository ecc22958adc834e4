import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { SharedDraft } from '#shared/domain/shared-draft.ts'
import { fieldsOf, toShareHash, toSharedDraft } from '#shared/share.ts'

const bodyBytes = 512 * 1024
/** Reverse proxies take an answer's header of 4 KB without being told otherwise; the rest of it needs some room too. */
const addressBytes = 3_000

/**
 * `POST /share`, when the service worker that takes what is shared is not there: a first use, or storage that the browser cleared.
 * The page at `/new` is given it in its address, after `#`. Nothing is kept or changed here, so anybody may ask, from anywhere.
 */
export function shareRoutes(): Hono {
  const app = new Hono()
  app.post('/share', bodyLimit({ maxSize: bodyBytes, onError: (c) => pass(c, tooMuch) }), async (c) => {
    // What can't be read as a form was not sent by the browser's share sheet.
    const form = await c.req.formData().catch(() => new FormData())
    const draft = await toSharedDraft(fieldsOf(form, (value) => value instanceof File))
    return pass(c, draft)
  })
  return app
}

const tooMuch: SharedDraft = { text: '', leftOut: [{ why: 'not_set_up' }] }

function pass(c: Context, draft: SharedDraft): Response {
  const hash = [draft, tooMuch].map(toShareHash).find((one) => one.length <= addressBytes) ?? ''
  return c.redirect(draft.text === '' && draft.leftOut.length === 0 ? '/new' : `/new${hash}`, 303)
}
