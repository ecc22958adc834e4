import { structuredPatch } from 'diff'
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { CodeLine } from '../../../state/highlight/code-line.ts'
import { highlight } from '../../../state/highlight/highlight.ts'
import { languageOfPath } from '../../../state/highlight/language.ts'
import type { Blobs } from '../../../state/blobs.ts'
import type { DiffLine } from '../diff/parse.ts'
import { readPatch, type Hunk } from './read-patch.ts'

/** The changes of one file. What was read stays on the page until what follows it is read. */
export type FileDiff =
  | { readonly type: 'loading' }
  | { readonly type: 'failed' }
  | { readonly type: 'unreadable'; readonly patch: string }
  | { readonly type: 'ready'; readonly path: string; readonly hunks: readonly Hunk[] }

const wordsMs = 2_000

/** Reads the diff of `file` in pieces; again when its content is another one. `since`: against that text instead. */
export function createFileDiff(
  input: Accessor<{ readonly file: FileChange; readonly since: string | undefined } | undefined>,
  blobs: Blobs,
): { readonly diff: Accessor<FileDiff>; readonly retry: () => void } {
  const [diff, setDiff] = createSignal<FileDiff>({ type: 'loading' })
  const [attempt, setAttempt] = createSignal(0)
  const key = createMemo(() => {
    const wanted = input()
    if (wanted === undefined) return undefined
    const { file, since } = wanted
    return JSON.stringify([file.path, file.patch ?? file.blob ?? '', since ?? '', file.after?.blob ?? ''])
  })
  createEffect(
    on([key, attempt], () => {
      const wanted = input()
      if (wanted === undefined) return
      let current = true
      onCleanup(() => (current = false))
      setDiff((before) => (before.type === 'ready' && before.path === wanted.file.path ? before : { type: 'loading' }))
      const read = async (): Promise<FileDiff> => {
        const { file, since } = wanted
        const patch =
          since !== undefined && file.after?.blob !== undefined
            ? await patchSince(blobs, { since, now: file.after.blob })
            : (file.patch ?? (file.blob === undefined ? '' : await blobs.text(file.blob)))
        if (patch === undefined) return { type: 'failed' }
        const hunks = await readPatch(patch, pause, () => current)
        return hunks === undefined ? { type: 'unreadable', patch } : { type: 'ready', path: file.path, hunks }
      }
      read().then(
        (next) => current && setDiff(next),
        () => current && setDiff({ type: 'failed' }),
      )
    }),
  )
  return { diff, retry: () => setAttempt((count) => count + 1) }
}

async function patchSince(blobs: Blobs, { since, now }: { since: string; now: string }): Promise<string | undefined> {
  const [before, after] = await Promise.all([blobs.text(since), blobs.text(now)])
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, { context: 3, timeout: wordsMs })
  return patch?.hunks
    .map(
      (hunk) =>
        `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@\n${hunk.lines.join('\n')}\n`,
    )
    .join('')
}

/** Lets the page draw and answer; without a frame, so that a page in the background goes on. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

export type Colours = ReadonlyMap<DiffLine, CodeLine>

/** The colours of a hunk's lines, worked out by the worker when one of them is near the window. */
export function createPainter(path: Accessor<string>): (hunk: Hunk) => Accessor<Colours> {
  const painted = new Map<Hunk, Accessor<Colours>>()
  let alive = true
  onCleanup(() => (alive = false))
  return (hunk) => {
    const known = painted.get(hunk)
    if (known !== undefined) return known
    if (painted.size > 400) painted.clear()
    const [colours, setColours] = createSignal<Colours>(new Map())
    painted.set(hunk, colours)
    const language = languageOfPath(path())
    const paint = async (): Promise<void> => {
      if (language === undefined) return
      const found = new Map<DiffLine, CodeLine>()
      for (const side of ['del', 'add'] as const) {
        const lines = hunk.lines.filter((line) => line.kind === side || line.kind === 'same')
        const result = await highlight(lines.map((line) => line.text).join('\n'), language)
        if (!alive || result === undefined) return
        lines.forEach((line, index) => {
          const pieces = result[index]
          if (pieces !== undefined && pieces.map((piece) => piece.text).join('') === line.text) found.set(line, pieces)
        })
      }
      setColours(found)
    }
    void paint()
    return colours
  }
}
