import { imageDimensionsFromData } from 'image-dimensions'
import { imageTypes, type ImageFacts } from '#shared/domain/plan-image.ts'

/** A picture says how large it is within this, but for what a camera put in front, which devices take out. */
const headBytes = 1_000_000

/** What these bytes are by their own word, whatever name they came by; `undefined`: no picture that a plan takes. */
export function readImageFacts(bytes: Uint8Array): ImageFacts | undefined {
  const facts = readHead(bytes.subarray(0, headBytes))
  const type = imageTypes.find((known) => known === facts?.type)
  if (facts === undefined || type === undefined || facts.width < 1 || facts.height < 1) return undefined
  return { type, width: facts.width, height: facts.height }
}

function readHead(head: Uint8Array): ReturnType<typeof imageDimensionsFromData> {
  try {
    return imageDimensionsFromData(head)
  } catch {
    // Bytes that end, or lead, somewhere that the reader had not thought of.
    return undefined
  }
}
