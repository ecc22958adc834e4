import { createSignal } from 'solid-js'
import type { Blobs } from './blobs.ts'

/** What was made of a stored list, and of which one. */
export type Made<T> = { readonly blob: string; readonly made: T }

/**
 * Brings a stored list and makes something of it, once for each list. `last`: where the newest one stands for whoever asks next, since what is written to
 * most is one run. Until it is there, the one before serves; what can't be had is asked for again with the next look.
 */
export function createBrought<T>(
  blobs: Pick<Blobs, 'bytes'>,
  { last, make }: { readonly last: { current?: Made<T> | undefined }; readonly make: (text: string) => T },
): (blob: string | undefined) => T | undefined {
  const [here, setHere] = createSignal<Made<T>>()
  let asked: string | undefined

  async function bring(blob: string): Promise<void> {
    asked = blob
    const found = { blob, made: make(await unpack(await blobs.bytes(blob))) }
    last.current = found
    if (asked === blob) setHere(found)
  }

  return (blob) => {
    if (blob === undefined) return undefined
    if (last.current?.blob === blob) return last.current.made
    if (blob !== asked) bring(blob).catch(() => (asked = undefined))
    return here()?.made
  }
}

/** A text, packed by gzip. @throws when the bytes are something else. */
async function unpack(bytes: ArrayBuffer): Promise<string> {
  const packed = new Response(bytes).body
  return new Response(packed?.pipeThrough(new DecompressionStream('gzip')) ?? null).text()
}
