import { update } from 'idb-keyval'
import type { SharedDraft } from '#shared/domain/shared-draft.ts'
import { fieldsOf, toShareHash, toSharedDraft } from '#shared/share.ts'
import { openDeviceState, sharesKey, sharesLimit } from '../device-state.ts'

/**
 * Answers `POST /share`, with or without a network: keeps what came in the device’s store and leads on to the new run. A device that keeps
 * nothing (a private window) passes it on in the address.
 */
export async function takeShare(request: Request): Promise<Response> {
  // A form that can't be read has nothing to be kept.
  const form = await request.formData().catch(() => new FormData())
  const draft = await toSharedDraft(fieldsOf(form, (value) => value instanceof File))
  if (draft.text === '' && draft.leftOut.length === 0) return Response.redirect('/new', 303)
  try {
    await keep(draft)
    return Response.redirect('/new', 303)
  } catch {
    return Response.redirect(`/new${toShareHash(draft)}`, 303)
  }
}

/** The page judges what it finds there; here it is only added. The oldest go where more come than anybody looks at. */
async function keep(draft: SharedDraft): Promise<void> {
  await update(
    sharesKey,
    (kept: unknown) =>
      [...(Array.isArray(kept) ? kept : []), { id: crypto.randomUUID(), ...draft }].slice(-sharesLimit),
    openDeviceState(),
  )
}
