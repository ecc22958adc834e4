import { countPictures, overfull, type Attachment, type Overfull } from '#shared/domain/attachment.ts'
import type { Run } from '#shared/domain/run.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { MutationContext } from '../mutator.ts'

/** What a refusal says of it. */
export const overfullWords: Record<Overfull, string> = {
  files: 'a message takes 10 files',
  pictures: 'a message takes 5 pictures',
  run_pictures: 'a conversation takes 20 pictures',
  twice: 'the same file is attached twice',
}

/**
 * The run with the pictures of one more message counted. @param instead what the message had so far, where it is changed.
 */
export function withPictures(
  run: Run,
  attachments: readonly Attachment[] | undefined,
  { guest }: Pick<MutationContext, 'guest'>,
  instead?: readonly Attachment[],
): Result<Run, Refusal> {
  if (attachments === undefined && instead === undefined) return ok(run)
  // What a guest hands in would be stored for people who never let them into the team.
  if (guest === true && attachments !== undefined && attachments.length > 0) return err(refusal('not_allowed'))
  const others = Math.max(0, (run.pictures ?? 0) - countPictures(instead))
  const full = overfull(attachments ?? [], others)
  // What a message had already may stay, whatever the limits are by now.
  const grows = (attachments ?? []).some(({ blob }) => instead?.every((known) => known.blob !== blob) ?? true)
  if (full !== undefined && grows) return err(refusal('too_many', overfullWords[full]))
  const pictures = others + countPictures(attachments)
  return ok(pictures === (run.pictures ?? 0) ? run : { ...run, pictures })
}
