import { attachmentName, attachmentTypeOf } from '#shared/domain/attachment-type.ts'
import {
  attachedPictures,
  fileBytesLimit,
  pictureBytesLimit,
  pictureSideLimit,
  type Attachment,
} from '#shared/domain/attachment.ts'
import { readImageFacts } from '#sync/core/plan/image-facts.ts'
import { prepareImage } from './prepare-image.ts'

export type PreparedAttachment = {
  readonly content: Uint8Array<ArrayBuffer>
  readonly about: Omit<Attachment, 'blob'>
}
export type UnfitAttachment = 'empty' | 'file_too_large' | 'too_large' | 'unreadable'

const limits = { side: pictureSideLimit, bytes: pictureBytesLimit, types: attachedPictures }

/** A file as it goes with a message: pictures bounded and without what a camera wrote into them, anything else as it is. */
export async function prepareAttachment(file: File): Promise<PreparedAttachment | UnfitAttachment> {
  if (file.size === 0) return 'empty'
  const picture = await prepareImage(file, limits)
  if (picture === 'unreadable' || picture === 'too_large') return picture
  if (picture !== 'no_picture') {
    const type = attachmentTypeOf(picture.content)
    const about = { name: named(file.name, type), type, bytes: picture.content.byteLength, ...picture.size }
    return { content: picture.content, about }
  }
  if (file.size > fileBytesLimit) return 'file_too_large'
  const content = new Uint8Array(await file.arrayBuffer())
  const type = attachmentTypeOf(content)
  // A head that says picture and bytes that are none: for the agent it is a file as any other.
  const isPicture = type !== 'text' && type !== 'file' && readImageFacts(content) !== undefined
  if (isPicture) return 'unreadable'
  return { content, about: { name: attachmentName(file.name), type, bytes: content.byteLength } }
}

/** A photo that became another type is called so. */
function named(given: string, type: string): string {
  const name = attachmentName(given)
  const end = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase()
  if (end === type || (end === 'jpg' && type === 'jpeg')) return name
  return attachmentName(`${end === undefined ? name : name.slice(0, -end.length - 1)}.${type}`)
}
