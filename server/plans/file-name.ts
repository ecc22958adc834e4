/** Names that Windows keeps for devices, whatever follows the dot. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i

/**
 * The parameters of a `content-disposition` that names a file after a title (RFC 6266): without what some system takes for a path, a device or a
 * command, and in ASCII too, for those that know no better.
 */
export function fileNameOf(title: string, extension: string): string {
  const name = plainName(title)
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
  const plain = ascii === '' ? 'plan' : ascii
  const full = encodeURIComponent(name).replaceAll(/['()*!]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  return `filename="${plain}.${extension}"; filename*=UTF-8''${full}.${extension}`
}

function plainName(title: string): string {
  const safe = title
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"%&*/:;<>?\\`|]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[\s.~-]+/, '')
    .slice(0, 80)
    .toWellFormed()
    .replace(/[\s.]+$/, '')
  return safe === '' || devices.test(safe) ? 'plan' : safe
}
