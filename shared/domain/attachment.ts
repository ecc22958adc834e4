import { z } from 'zod'
import { BlobHash } from '../ids.ts'

/** Pictures that models and browsers take, and what else there is: texts, and files of any other kind. */
export const attachedPictures = ['png', 'jpeg', 'gif', 'webp'] as const
export const AttachmentType = z.enum([...attachedPictures, 'text', 'file'])
export type AttachmentType = z.infer<typeof AttachmentType>
export type AttachedPicture = (typeof attachedPictures)[number]

/** Files of all kinds with one message, and pictures among them. */
export const promptAttachmentsLimit = 10
export const promptPicturesLimit = 5
/** Pictures in one conversation. */
export const runPicturesLimit = 20
/** Bytes of a picture, as it is sent: providers take five megabytes of Base64. */
export const pictureBytesLimit = 3_750_000
/** The longer side of a picture, in pixels; providers make larger ones smaller themselves. */
export const pictureSideLimit = 2000
/** Bytes of any other file. */
export const fileBytesLimit = 10 * 1024 * 1024
/** Bytes of all files that people of a team attached. */
export const teamAttachmentBytesLimit = 5_000_000_000
export const attachmentNameLimit = 120

/** Neither separators of paths nor what can't be seen, such as marks that turn the direction of a text. */
const nameForm = /^(?!\.+$)[^/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u

/** A file that goes to the agent with a message. `blob`: the SHA-256 of its bytes, by which everybody gets them. */
export const Attachment = z.object({
  blob: BlobHash,
  name: z.string().min(1).max(attachmentNameLimit).regex(nameForm),
  /** As the device read it in the bytes; who uses them looks again. */
  type: AttachmentType,
  bytes: z.number().int().positive().max(fileBytesLimit),
  /** Of a picture, in pixels. */
  width: z.number().int().positive().max(100_000).optional(),
  height: z.number().int().positive().max(100_000).optional(),
})
export type Attachment = z.infer<typeof Attachment>

export const Attachments = z.array(Attachment).max(promptAttachmentsLimit)

export function isPicture({ type }: Pick<Attachment, 'type'>): boolean {
  return attachedPictures.some((one) => one === type)
}

export function countPictures(attachments: readonly Pick<Attachment, 'type'>[] | undefined): number {
  return (attachments ?? []).filter(isPicture).length
}

/** Why no more can be attached; `undefined`: it fits. `inRun`: pictures of the conversation without these. */
export type Overfull = 'files' | 'pictures' | 'run_pictures' | 'twice'
export function overfull(attachments: readonly Attachment[], inRun: number): Overfull | undefined {
  const pictures = countPictures(attachments)
  if (attachments.length > promptAttachmentsLimit) return 'files'
  if (pictures > promptPicturesLimit) return 'pictures'
  if (pictures > 0 && inRun + pictures > runPicturesLimit) return 'run_pictures'
  return new Set(attachments.map(({ blob }) => blob)).size < attachments.length ? 'twice' : undefined
}
