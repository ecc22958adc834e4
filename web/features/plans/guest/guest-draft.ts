import { z } from 'zod'
import { planCommentLimit } from '#shared/domain/plan-comment.ts'
import { PlanCommentId, type PlanId } from '#shared/ids.ts'
import { GuestComment } from '#shared/protocol/shared-plan.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { createDraft, type Draft } from '../../../state/draft.ts'

/** A guest's comment, half written. */
const NewGuestComment = z.object({
  text: z.string().max(planCommentLimit * 2),
  thread: PlanCommentId.optional(),
  about: GuestComment.shape.about,
})
export type NewGuestComment = z.infer<typeof NewGuestComment>

/** What a guest is writing about one plan: one comment at a time, there again after a reload. Needs an owner. */
export function useGuestDraft(planId: PlanId): Draft<NewGuestComment | undefined> & {
  /** Begins one; what was half written goes on there. */
  readonly begin: (about: Omit<NewGuestComment, 'text'>) => void
} {
  const draft = createDraft<NewGuestComment | undefined>({
    store: useDeviceStore(),
    key: `draft/guest-plan/${planId}`,
    initial: undefined,
    parse: (kept) => NewGuestComment.safeParse(kept).data,
  })
  return { ...draft, begin: (about) => draft.set({ ...about, text: draft.value()?.text ?? '' }) }
}
