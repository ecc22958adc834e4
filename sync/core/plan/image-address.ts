import { BlobHash } from '#shared/ids.ts'

/** A picture of the team, as a plan's text names it. */
export type ImageAddress = {
  readonly hash: BlobHash
  /** In pixels, as it is shown: so that its room is there before it is. */
  readonly size: { readonly width: number; readonly height: number } | undefined
}

const form = /^drover:image\/([0-9a-f]{64})(?:#([1-9]\d{0,4})x([1-9]\d{0,4}))?$/

/** `drover:image/<SHA-256>#<width>x<height>`: the address of an image in Markdown. It is whole in itself, so nothing of it is lost where text is copied. */
export function imageAddress({ hash, size }: ImageAddress): string {
  return `drover:image/${hash}${size === undefined ? '' : `#${size.width}x${size.height}`}`
}

/** What an address names; nothing where it is another's address. */
export function imageOf(src: string): ImageAddress | undefined {
  const [, hash, width, height] = form.exec(src) ?? []
  const known = BlobHash.safeParse(hash)
  if (!known.success) return undefined
  return {
    hash: known.data,
    size: width === undefined || height === undefined ? undefined : { width: Number(width), height: Number(height) },
  }
}
