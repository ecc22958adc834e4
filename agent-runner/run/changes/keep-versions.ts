import { isUtf8 } from 'node:buffer'
import { extname } from 'node:path'
import { keptTextBytes, type FileChange, type FileVersion } from '#shared/domain/transcript.ts'
import type { BlobHash } from '#shared/ids.ts'
import type { BlobStore } from '../../link/blob-store.ts'
import type { ListedChange, ListedSide } from './change-list.ts'
import type { ChangeStore } from './change-store.ts'

/** Gives the two sides of each change their names, sizes and, where a person may want to see all of it, their whole contents. */
export interface VersionKeeper {
  /** In the order of `listed`. What the server has not taken after `withinMs` comes with a later list. */
  versions(listed: readonly ListedChange[], signal?: AbortSignal): Promise<Pick<FileChange, 'before' | 'after'>[]>
}

const pictureBytes = 5_000_000
const pictures: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.gif', '.webp', '.avif', '.bmp', '.ico'])
/** Contents that one list reads anew. */
const contentsAtOnce = 600
const bytesAtOnce = 20_000_000
const knownLimit = 5_000

/** `asked`: it is on its way to the server, is there, or does not go there. */
type Known = { bytes: number; blob?: BlobHash; asked?: true }

export function createVersionKeeper({
  store,
  blobs,
  withinMs = 3_000,
}: {
  store: ChangeStore
  blobs: BlobStore
  withinMs?: number
}): VersionKeeper {
  /** By object id: a content that is listed again is not read again. */
  const known = new Map<string, Known>()

  function note(id: string, fact: Partial<Known>): void {
    const before = known.get(id)
    if (before !== undefined) known.set(id, { ...before, ...fact })
  }

  async function measure(ids: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const asked = [...new Set(ids)].filter((id) => !known.has(id))
    if (asked.length === 0) return
    if (known.size + asked.length > knownLimit) known.clear()
    const text = await store.must(['cat-file', '--buffer', '--batch-check=%(objectname) %(objectsize)'], {
      input: asked.map((id) => `${id}\n`).join(''),
      ...(signal === undefined ? {} : { signal }),
    })
    for (const [, id = '', size] of text.matchAll(/^(\S+) (\d+)$/gm)) known.set(id, { bytes: Number(size) })
  }

  async function keep(sides: readonly ListedSide[], signal: AbortSignal | undefined): Promise<void> {
    let room = bytesAtOnce
    const wanted = new Map<string, boolean>()
    for (const side of sides) {
      const fact = known.get(side.id)
      if (fact === undefined || fact.asked === true || wanted.size >= contentsAtOnce || fact.bytes > room) continue
      wanted.set(side.id, isPicture(side.path))
      room -= fact.bytes
    }
    if (wanted.size === 0) return
    const contents = await readAll(store, [...wanted.keys()], signal)
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, withinMs)
    const stored = [...contents].map(async ([id, content]) => {
      note(id, { asked: true })
      if (wanted.get(id) !== true && (!isUtf8(content) || content.includes(0))) return
      const blob = await blobs.put(content)
      if (blob !== undefined) note(id, { blob })
    })
    await Promise.race([Promise.allSettled(stored), late.promise])
    clearTimeout(timer)
  }

  return {
    async versions(listed, signal) {
      const sides = listed.flatMap(({ before, after }) => [before, after]).filter((side) => side !== undefined)
      const files = sides.filter(({ mode }) => mode !== '160000')
      await measure(
        files.map(({ id }) => id),
        signal,
      )
      await keep(
        listed.flatMap((one) => worthKeeping(one, (id) => known.get(id)?.bytes ?? Infinity)),
        signal,
      )
      return listed.map(({ before, after }) => ({
        ...(before === undefined ? {} : { before: versionOf(before, known) }),
        ...(after === undefined ? {} : { after: versionOf(after, known) }),
      }))
    },
  }
}

/** Pictures on both sides; of a text what it is now, from which the patch leads back. */
function worthKeeping({ before, after }: ListedChange, sizeOf: (id: string) => number): ListedSide[] {
  const isFile = (side: ListedSide | undefined): side is ListedSide => side?.mode.startsWith('100') === true
  return [before, after]
    .filter(isFile)
    .filter((side) =>
      isPicture(side.path) ? sizeOf(side.id) <= pictureBytes : side === after && sizeOf(side.id) <= keptTextBytes,
    )
}

function isPicture(path: string): boolean {
  return pictures.has(extname(path).toLowerCase())
}

function versionOf({ id }: ListedSide, known: ReadonlyMap<string, Known>): FileVersion {
  const { bytes, blob } = known.get(id) ?? {}
  return { id, ...(bytes === undefined ? {} : { bytes }), ...(blob === undefined ? {} : { blob }) }
}

/** Contents by id, in one go. */
async function readAll(
  store: ChangeStore,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Buffer>> {
  const { stdout } = await store.git(['cat-file', '--buffer', '--batch'], {
    input: ids.map((id) => `${id}\n`).join(''),
    encoding: 'latin1',
    ...(signal === undefined ? {} : { signal }),
  })
  const found = new Map<string, Buffer>()
  let at = 0
  for (const id of ids) {
    const end = stdout.indexOf('\n', at)
    const size = Number(/ blob (\d+)$/.exec(stdout.slice(at, end))?.[1] ?? NaN)
    if (end === -1 || Number.isNaN(size)) break
    found.set(id, Buffer.from(stdout.slice(end + 1, end + 1 + size), 'latin1'))
    at = end + 1 + size + 1
  }
  return found
}
