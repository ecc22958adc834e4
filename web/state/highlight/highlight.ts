import { whenIdle } from '../platform.ts'
import type { CodeLine, Language } from './code-line.ts'

export type PaintRequest = { readonly id: number; readonly code: string; readonly language: Language }
export type Painted = { readonly id: number; readonly lines: readonly CodeLine[] | undefined }

/** Code above this is shown without colours. */
const highlightLimit = 60_000

/**
 * Code as lines of coloured pieces, worked out by a worker so that the page goes on meanwhile. `undefined`: the code stays
 * plain, since it is too long or its language can't be loaded (no network before its first use).
 */
export async function highlight(code: string, language: Language): Promise<readonly CodeLine[] | undefined> {
  if (code.length > highlightLimit || typeof Worker === 'undefined') return undefined
  if (open === undefined) await (quiet ??= whenQuiet())
  const worker = (open ??= startWorker())
  const id = ++last
  return new Promise((resolve) => {
    asked.set(id, resolve)
    worker.postMessage({ id, code, language } satisfies PaintRequest)
  })
}

const asked = new Map<number, (lines: Painted['lines']) => void>()
let last = 0
let open: Worker | undefined
let quiet: Promise<void> | undefined

/** The worker takes a tenth of a second of a processor to start, which the page that is being opened needs itself. */
const pageFirstMs = 500

function whenQuiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => whenIdle(resolve), pageFirstMs))
}

function startWorker(): Worker {
  const worker = new Worker(new URL('./highlight-worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<Painted>) => {
    asked.get(data.id)?.(data.lines)
    asked.delete(data.id)
  })
  // It could not be loaded, or broke: whoever asks next starts another one.
  worker.addEventListener('error', () => {
    worker.terminate()
    if (open === worker) open = undefined
    for (const resolve of asked.values()) resolve(undefined)
    asked.clear()
  })
  return worker
}
