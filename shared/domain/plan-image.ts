import { z } from 'zod'

/** Pictures that browsers show and that hold nothing which could run: never SVG. */
export const imageTypes = ['png', 'jpeg', 'gif', 'webp', 'avif'] as const
export const ImageType = z.enum(imageTypes)
export type ImageType = z.infer<typeof ImageType>

/** Bytes of one picture, as it is stored. */
export const imageBytesLimit = 10 * 1024 * 1024
/** Pixels of one, by its own word: showing it takes four bytes for each. */
export const imagePixelsLimit = 40_000_000
/** Bytes of all pictures of a team. */
export const teamImageBytesLimit = 5_000_000_000

/** What a picture says of itself; in pixels, before it is turned. */
export type ImageFacts = { readonly type: ImageType; readonly width: number; readonly height: number }

export const contentTypeOf = (type: ImageType): string => `image/${type}`
