import {
  contentTypeOf,
  imageBytesLimit,
  imagePixelsLimit,
  imageTypes,
  type ImageFacts,
  type ImageType,
} from '#shared/domain/plan-image.ts'
import { readImageFacts } from '#sync/core/plan/image-facts.ts'

/** A picture as it is kept; `size` is how it is shown, after it is turned. */
export type PreparedImage = {
  readonly content: Uint8Array<ArrayBuffer>
  readonly size: { readonly width: number; readonly height: number }
}

export type Unfit = 'no_picture' | 'too_large' | 'unreadable'

/** What is taken from a person, before it is made smaller. */
const givenBytes = 50_000_000
const givenPixels = 64_000_000
/** What a picture is made to fit: its longer side in pixels, its bytes, and the types that are taken as they are. */
export type ImageLimits = {
  readonly side: number
  readonly bytes: number
  readonly types: readonly ImageType[]
}
/** Two pixels for each point of the widest column. */
const planLimits: ImageLimits = { side: 2560, bytes: imageBytesLimit, types: imageTypes }
const quality = 0.88

/**
 * A file as a picture of a plan, or of a message. Photos are drawn anew, so that what a camera wrote into them (where they were taken) goes no further, and are made
 * smaller where they are large. What moves, and what carries nothing beside its pixels, stays as it is.
 */
export async function prepareImage(file: Blob, within: ImageLimits = planLimits): Promise<PreparedImage | Unfit> {
  if (file.size > givenBytes) return 'too_large'
  const content = await bytesOf(file)
  if (content === undefined) return 'unreadable'
  const facts = readImageFacts(content)
  if (facts === undefined) return 'no_picture'
  if (facts.width * facts.height > givenPixels) return 'too_large'
  const isTaken = within.types.includes(facts.type)
  if (isTaken && (moves(content, facts) || !needsDrawing(content, facts, within)))
    return fitting(content, facts, within)
  return draw(new Blob([content], { type: contentTypeOf(facts.type) }), facts.type, within)
}

function fitting(
  content: Uint8Array<ArrayBuffer>,
  { width, height }: ImageFacts,
  { bytes }: ImageLimits,
): PreparedImage | Unfit {
  const fits = content.byteLength <= bytes && width * height <= imagePixelsLimit
  return fits ? { content, size: { width, height } } : 'too_large'
}

function needsDrawing(content: Uint8Array, { type, width, height }: ImageFacts, { side, bytes }: ImageLimits): boolean {
  return type === 'jpeg' || Math.max(width, height) > side || content.byteLength > bytes || tells(content)
}

/** Whether something stands in it beside its pixels: by the names of the parts that do, in any of the types. */
function tells(content: Uint8Array): boolean {
  return /Exif|eXIf|EXIF|XMP |ns\.adobe\.com|adobe\.xmp/.test(latin(content))
}

function moves(content: Uint8Array, { type }: ImageFacts): boolean {
  switch (type) {
    case 'gif':
      return true
    case 'png':
      return latin(content.subarray(0, 4096)).includes('acTL')
    case 'webp':
      return latin(content.subarray(0, 64)).includes('ANIM')
    case 'avif':
      return latin(content.subarray(0, 64)).includes('avis')
    case 'jpeg':
      return false
  }
}

const latin = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

async function draw(file: Blob, type: ImageType, { side, bytes }: ImageLimits): Promise<PreparedImage | Unfit> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (bitmap === undefined) return 'unreadable'
  try {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    const context = canvas.getContext('2d')
    if (context === null) return 'unreadable'
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    for (const as of wanted(type)) {
      const content = await written(canvas, as)
      const facts = content && readImageFacts(content)
      if (content !== undefined && facts !== undefined && content.byteLength <= bytes)
        return { content, size: { width: canvas.width, height: canvas.height } }
    }
    return 'too_large'
  } finally {
    bitmap.close()
  }
}

/** No browser writes AVIF, and Safari no WebP: they write PNG then. What is too large as PNG is written with loss. */
function wanted(type: ImageType): readonly string[] {
  return type === 'jpeg' ? ['image/jpeg'] : [type === 'png' ? 'image/png' : 'image/webp', 'image/webp', 'image/jpeg']
}

async function written(canvas: HTMLCanvasElement, type: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality))
  return blob === null ? undefined : bytesOf(blob)
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch {
    // It was taken away, or may not be read.
    return undefined
  }
}
