import { attachmentNameLimit, type AttachmentType } from './attachment.ts'

/** A name as it may stand in a row and on a disk: the last part of a path, without what can't be seen. */
export function attachmentName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const seen = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .replace(/^\.+$/, '')
    .toWellFormed()
  if (seen.length <= attachmentNameLimit) return seen === '' ? 'file' : seen
  const end = /\.[^.]{1,12}$/.exec(seen)?.[0] ?? ''
  return `${seen.slice(0, attachmentNameLimit - end.length).toWellFormed()}${end}`
}

/** What the bytes are by themselves, whatever name they came by. */
export function attachmentTypeOf(bytes: Uint8Array): AttachmentType {
  const starts = (...head: readonly number[]): boolean => head.every((byte, place) => bytes[place] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg'
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'gif'
  const isWebp = starts(0x52, 0x49, 0x46, 0x46) && [0x57, 0x45, 0x42, 0x50].every((byte, at) => bytes[8 + at] === byte)
  if (isWebp) return 'webp'
  return isText(bytes) ? 'text' : 'file'
}

/** UTF-8 without a zero: what an editor would open. The bytes that may follow a first one: Unicode, table 3-7. */
function isText(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0
    if (first === 0) return false
    if (first < 0x80) continue
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    const next = bytes[at + 1] ?? 0
    const [least, most] = secondByte[first] ?? [0x80, 0xbf]
    if (first < 0xc2 || first > 0xf4 || next < least || next > most) return false
    for (let place = 2; place <= more; place++) if (((bytes[at + place] ?? 0) & 0xc0) !== 0x80) return false
    at += more
  }
  return true
}

const secondByte: Readonly<Record<number, readonly [least: number, most: number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
}

/** How the bytes are called on the wire to a model or a page. Nothing that could run is among them. */
export function mimeTypeOf(type: AttachmentType): string {
  if (type === 'text') return 'text/plain'
  return type === 'file' ? 'application/octet-stream' : `image/${type}`
}
