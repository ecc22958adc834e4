import { isAbsolute, normalize, sep } from 'node:path'
import { err, ok, type Result } from '#shared/result.ts'

/** Something of the machine that containers have. */
export interface Volume {
  /** `folder`: a path of this machine. `named`: a volume of Docker's. */
  readonly kind: 'folder' | 'named'
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

/** Of the container, where Drover or the kernel has something of its own. */
const taken = ['/workspace', '/home/drover', '/opt/drover', '/proc', '/sys', '/dev', '/tmp']

/** `source:/path` or `source:/path:ro`. A source that is no absolute path is the name of a volume. @returns a sentence that says what is wrong. */
export function parseVolume(text: string): Result<Volume, string> {
  const [source = '', target = '', mode = 'rw', ...more] = text.split(':')
  if (more.length > 0 || source === '' || target === '')
    return err(`“${text}” is no volume. It is source:/path, source:/path:ro or source:/path:rw.`)
  if (mode !== 'ro' && mode !== 'rw') return err(`“${text}” ends with “${mode}”, which is neither ro nor rw.`)
  const kind = isAbsolute(source) ? 'folder' : 'named'
  if (kind === 'named' && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(source))
    return err(`“${source}” is neither an absolute path nor the name of a volume.`)
  if (!isAbsolute(target)) return err(`“${target}” in “${text}” has to be an absolute path of the container.`)
  const place = trimmed(target)
  const inTheWay = taken.find((path) => isAtOrBelow(place, path))
  if (place === '/' || inTheWay !== undefined)
    return err(`“${target}” can't be a place for a volume: it is Drover's or the system's own.`)
  return ok({ kind, source: kind === 'folder' ? trimmed(source) : source, target: place, readOnly: mode === 'ro' })
}

/**
 * What must not come into a container: it would hold the machine, or the runner's key and journals. Paths are resolved by the caller.
 * @returns a sentence that says why.
 */
export function volumeObjection(
  { kind, source }: Pick<Volume, 'kind' | 'source'>,
  { sockets, dataFolder }: { sockets: readonly string[]; dataFolder: string },
): string | undefined {
  if (kind === 'named') return undefined
  const how = 'Choose another folder, or say --allow-unsafe-volumes where this is meant.'
  const socket = sockets.find((path) => isAtOrBelow(path, source))
  if (socket !== undefined)
    return `The volume ${source} would give runs Docker's socket (${socket}), and with it the machine. ${how}`
  if (isAtOrBelow(dataFolder, source) || isAtOrBelow(source, dataFolder))
    return `The volume ${source} would give runs the runner's own data folder (${dataFolder}). ${how}`
  return undefined
}

function trimmed(path: string): string {
  const plain = normalize(path)
  return plain.length > 1 && plain.endsWith(sep) ? plain.slice(0, -1) : plain
}

function isAtOrBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above === '/' ? '/' : `${above}/`)
}
