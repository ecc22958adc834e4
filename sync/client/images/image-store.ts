import { z } from 'zod'
import { AttachmentType } from '#shared/domain/attachment.ts'
import { ImageType } from '#shared/domain/plan-image.ts'
import { BlobHash, PlanId } from '#shared/ids.ts'
import { Refusal } from '#shared/refusal.ts'

/** What a device notes of a picture, or of a file that goes with a message, whose bytes it has. */
export const ImageNote = z.object({
  hash: BlobHash,
  type: z.union([ImageType, AttachmentType]),
  bytes: z.number().int(),
  /**
   * `held`: it stands in a message that is not sent. `waiting`: it was put in here, and the server is not known to have it. `refused`: the server does not
   * take it.
   */
  state: z.enum(['held', 'waiting', 'stored', 'refused']),
  refusal: Refusal.optional(),
  /** Where it was put in here. */
  planId: PlanId.optional(),
  /** ms since epoch, of the device. */
  addedAt: z.number(),
  usedAt: z.number(),
})
export type ImageNote = z.infer<typeof ImageNote>

/** Bytes of pictures on this device: load and store, for all pages of one person and team. A write resolves when it is on the disk. */
export type ImageStore = {
  read(hash: BlobHash): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Keeps the bytes with what `note` makes of what is noted so far. */
  put(
    hash: BlobHash,
    content: Uint8Array<ArrayBuffer>,
    note: (known: ImageNote | undefined) => ImageNote,
  ): Promise<void>
  /** Changes what is noted of a picture that is here; `undefined` removes it with its bytes. */
  change(hash: BlobHash, change: (note: ImageNote) => ImageNote | undefined): Promise<void>
  notes(): Promise<readonly ImageNote[]>
  /** Hears of changes, also those of other pages. */
  subscribe(onChange: () => void): () => void
  close(): void
}
