import { paint } from './paint.ts'
import type { Painted, PaintRequest } from './highlight.ts'

/** Colours code beside the page: a grammar takes a tenth of a second to be compiled, on a phone half of one. */
declare const self: DedicatedWorkerGlobalScope

self.addEventListener('message', ({ data }: MessageEvent<PaintRequest>) => {
  void paint(data.code, data.language)
    .catch(() => undefined)
    .then((lines) => self.postMessage({ id: data.id, lines } satisfies Painted))
})
