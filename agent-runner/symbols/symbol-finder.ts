import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { fileSymbolsLimit, listedSymbolsLimit, symbolKinds, type FileSymbol } from '#shared/domain/workspace-symbols.ts'
import type { ListedFile } from '../run/changes/list-files.ts'
import { languageOf, type LanguageName } from './languages.ts'

export type FoundSymbols = {
  readonly files: readonly { readonly path: string; readonly symbols: readonly FileSymbol[] }[]
  readonly count: number
  /** There are more than are listed or were looked at. */
  readonly cut: boolean
}
export type SymbolFinder = {
  /** What is defined in these files. `read`: the contents, in the order of the ids. @throws when they could not be read. */
  find(
    files: readonly ListedFile[],
    read: (ids: readonly string[]) => Promise<readonly Uint8Array[]>,
    signal: AbortSignal,
  ): Promise<FoundSymbols>
}

/** Larger files are made by machines. */
const fileBytes = 300_000
/** Of one look; what it had no time for is in the next one. */
const looked = { files: 8_000, bytes: 24_000_000, ms: 60_000 }
/** Remembered of all runs, so that a look reads only what has changed; the oldest make room. */
const remembered = { files: 40_000, symbols: 400_000 }
const memoryMegabytes = 512

/**
 * Finds what the files of workspaces define. Grammars read it in a process of its own, one at a time: whatever a file does to them ends that process alone.
 * Contents that were read once are known by their id, whichever run or commit they are of.
 */
export function createSymbolFinder(): SymbolFinder {
  const known = new Map<string, readonly FileSymbol[]>()
  let symbols = 0
  let turn: Promise<unknown> = Promise.resolve()

  function remember(key: string, found: readonly FileSymbol[]): void {
    known.set(key, found)
    symbols += found.length
    for (const [oldest, had] of known) {
      if (known.size <= remembered.files && symbols <= remembered.symbols) return
      known.delete(oldest)
      symbols -= had.length
    }
  }

  async function find(...[files, read, signal]: Parameters<SymbolFinder['find']>): Promise<FoundSymbols> {
    signal.throwIfAborted()
    const sources = files.flatMap((file) => {
      const language = languageOf(file.path)
      return language === undefined || file.bytes === 0 || file.bytes > fileBytes
        ? []
        : [{ ...file, language, key: `${language} ${file.id}` }]
    })
    const found = new Map(sources.flatMap(({ key }) => pairOf(key, known.get(key))))
    const fresh = [...new Map(sources.filter(({ key }) => !found.has(key)).map((one) => [one.key, one])).values()]
    let bytes = 0
    const now = fresh.slice(0, looked.files).filter((one) => (bytes += one.bytes) <= looked.bytes)
    if (now.length > 0) {
      const contents = await read(now.map(({ id }) => id))
      const told = await readInProcess(
        now.map(({ language }, index) => ({ language, content: contents[index] })),
        signal,
      )
      for (const [index, one] of told.entries()) {
        const key = now[index]?.key
        if (key === undefined) break
        found.set(key, one)
        remember(key, one)
      }
    }
    let [count, cut] = [0, sources.some(({ key }) => !found.has(key))]
    const listed = sources.flatMap(({ path, key }) => {
      const all = found.get(key) ?? []
      const fits = all.slice(0, listedSymbolsLimit - count)
      cut ||= fits.length < all.length
      count += fits.length
      return fits.length === 0 ? [] : [{ path, symbols: fits }]
    })
    return { files: listed, count, cut }
  }

  return {
    find(...given) {
      const next = turn.then(() => find(...given))
      turn = next.catch(() => undefined)
      return next
    },
  }
}

const pairOf = <T>(key: string, value: T | undefined): [string, T][] => (value === undefined ? [] : [[key, value]])

const program = fileURLToPath(new URL('./finder-process.ts', import.meta.url))
const Told = z.array(z.object({ kind: z.enum(symbolKinds), name: z.string(), line: z.number() })).max(fileSymbolsLimit)

/** Of the first files, as many as it could read in time. @throws when it is not to go on. */
async function readInProcess(
  files: readonly { readonly language: LanguageName; readonly content: Uint8Array | undefined }[],
  signal: AbortSignal,
): Promise<readonly (readonly FileSymbol[])[]> {
  const child = spawn(process.execPath, [`--max-old-space-size=${memoryMegabytes}`, program], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    timeout: looked.ms,
    killSignal: 'SIGKILL',
    signal,
  })
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  // A process that is gone shows in its output.
  child.stdin.on('error', () => undefined)
  for (const { language, content = new Uint8Array() } of files) {
    child.stdin.write(`${language} ${content.byteLength}\n`)
    child.stdin.write(content)
  }
  child.stdin.end()
  const told: (readonly FileSymbol[])[] = []
  const listen = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout })) told.push(Told.parse(JSON.parse(line)))
  }
  try {
    await Promise.race([listen(), failed])
    const [code] = await Promise.race([once(child, 'close'), failed])
    // The file at which it broke defines nothing, so that the next look gets past it.
    if (code !== 0 && !child.killed && told.length < files.length) told.push([])
  } finally {
    child.kill('SIGKILL')
  }
  return told
}
