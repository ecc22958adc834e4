import { omittedUnits, type BoundedText } from '#shared/domain/bounded-text.ts'
import type { Run } from '#shared/domain/run.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { Blobs } from '../../../state/blobs.ts'
import type { ExportFormat } from '../../../state/slash.ts'
import { slashWords } from '../../../words/slash.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import { toMarkdown, type ExportNames } from './to-markdown.ts'

/** Long texts that are fetched for one file; more are left as they are shown. */
const mostTexts = 500
const mostLetters = 80

/** Saves a run with all of its transcript that can be had: what this device has, else what the server answers. */
export async function exportRun(
  {
    run,
    model,
    blobs,
    names,
  }: {
    readonly run: Run
    readonly model: Pick<TranscriptModel, 'view' | 'loadOlder'>
    readonly blobs: Blobs
    readonly names: ExportNames
  },
  format: ExportFormat,
): Promise<void> {
  while (model.view()?.hasOlder === true && (await model.loadOlder()));
  const view = model.view()
  const entries = view?.entries ?? []
  const texts = await longTexts(entries, blobs)
  const cut = view?.hasOlder === true ? slashWords.exportCut : undefined
  const isJson = format === 'json'
  const content = isJson
    ? JSON.stringify({ run, complete: cut === undefined, entries, texts: Object.fromEntries(texts) }, undefined, 2)
    : toMarkdown(run, entries, { names, cut, texts })
  save(content, isJson ? { type: 'application/json', end: 'json' } : { type: 'text/markdown', end: 'md' }, run.title)
}

/** Those that do not stand whole in their rows, by their hash, as far as they can be had. */
async function longTexts(entries: readonly TranscriptEntry[], blobs: Blobs): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(
    entries
      .flatMap(({ body }): (BoundedText | undefined)[] => {
        if (body.kind === 'tool' || body.kind === 'step') return [body.output]
        return body.kind === 'user' || body.kind === 'message' || body.kind === 'thought' ? [body.text] : []
      })
      .flatMap((text) => (text?.blob === undefined || omittedUnits(text) === 0 ? [] : [text.blob]))
      .slice(-mostTexts),
  )
  const found = new Map<string, string>()
  for (const blob of wanted) {
    const text = await blobs.text(blob).catch(() => undefined)
    if (text !== undefined) found.set(blob, text)
  }
  return found
}

function save(content: string, { type, end }: { readonly type: string; readonly end: string }, title: string): void {
  const name = title
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+/, '')
    .slice(0, mostLetters)
    .trim()
  const url = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name === '' ? 'run' : name}.${end}`
  link.click()
  // The browser has begun to read it by the next task.
  setTimeout(() => URL.revokeObjectURL(url))
}
