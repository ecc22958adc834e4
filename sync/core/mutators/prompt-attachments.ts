import { countPictures, overfull, type Attachment } from '#shared/domain/attachment.ts'
import type { Run } from '#shared/domain/run.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'

/**
 * The run with the pictures of one more message counted, or of one that is changed. @param before what the message had so far.
 */
export function withPictures(
  run: Run,
  attachments: readonly Attachment[] = [],
  before?: readonly Attachment[],
): Result<Run, Refusal> {
  const others = Math.max(0, (run.pictures ?? 0) - countPictures(before))
  if (overfull(attachments, others) !== undefined)
    return err(refusal('too_many', 'a message takes 10 files, 5 of them pictures, and a conversation 20 pictures'))
  const pictures = others + countPictures(attachments)
  return ok(pictures === (run.pictures ?? 0) ? run : { ...run, pictures })
}
