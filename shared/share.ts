import type { LeftOut, SharedDraft } from './domain/shared-draft.ts'
import { shareLimit, type LeftOutReason } from './share-limits.ts'

/*
 * What other apps hand over: text, links and text files become the draft of a run. On the device the service worker takes them,
 * without one the server passes them on. No schema here, so that the worker stays small.
 */

const fileLimit = 20
const nameLimit = 200

export type SharedFile = { readonly name: string; readonly size: number; readonly text: () => Promise<string> }

/** The fields of the form at `/share`, as the manifest names them. */
export type ShareFields = {
  readonly title?: string | undefined
  readonly text?: string | undefined
  readonly url?: string | undefined
  readonly files: readonly SharedFile[]
}

/** A form as browsers send it, wherever it was read. */
export type ShareForm = {
  readonly get: (name: string) => unknown
  readonly getAll: (name: string) => readonly unknown[]
}

/** `isFile` knows the platform's own class of files. */
export function fieldsOf(form: ShareForm, isFile: (value: unknown) => value is SharedFile): ShareFields {
  const field = (name: string): string | undefined => {
    const value = form.get(name)
    return typeof value === 'string' ? value : undefined
  }
  return { title: field('title'), text: field('text'), url: field('url'), files: form.getAll('files').filter(isFile) }
}

/** Pieces in their order, each whole or left out with the reason. A file alone is the draft itself; beside others it gets a heading. */
export async function toSharedDraft(fields: ShareFields): Promise<SharedDraft> {
  const leftOut: LeftOut[] = []
  const pieces: string[] = []
  let room = shareLimit
  const add = (piece: string, name: string | undefined): void => {
    // An empty line stands between them.
    const size = piece.length + (pieces.length === 0 ? 0 : 2)
    if (size > room) return void leftOut.push(toLeftOut(name, 'too_large'))
    room -= size
    pieces.push(piece)
  }
  for (const words of wordsOf(fields)) add(words, undefined)

  const isAlone = pieces.length + leftOut.length === 0 && fields.files.length === 1
  for (const file of fields.files.slice(0, fileLimit)) {
    const read = await readText(file, room)
    if (read.type === 'left') leftOut.push(toLeftOut(file.name, read.why))
    else add(isAlone ? read.text : `## ${file.name}\n\n${read.text}`, file.name)
  }
  for (const file of fields.files.slice(fileLimit, fileLimit * 2)) leftOut.push(toLeftOut(file.name, 'too_many'))
  return { text: pieces.join('\n\n'), leftOut }
}

/** Where the app takes up a draft that is kept nowhere: after `#`, which no server sees and no log keeps. */
export function toShareHash(draft: SharedDraft): string {
  return `#shared=${encodeURIComponent(JSON.stringify(draft))}`
}

/** Title, text and link, each once: apps put the same words into more than one of them. */
function wordsOf(fields: ShareFields): readonly string[] {
  const [title = '', text = '', url = ''] = [fields.title, fields.text, fields.url].map((part) => part?.trim())
  return [text.includes(title) ? '' : title, text, text.includes(url) || title.includes(url) ? '' : url].filter(
    (part) => part !== '',
  )
}

type ReadText =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'left'; readonly why: LeftOutReason }

/** Text by its content, since the type that a phone gives it is a guess. What can't fit is not even read. */
async function readText(file: SharedFile, room: number): Promise<ReadText> {
  const bytesOfLetter = 4
  if (file.size > room * bytesOfLetter) return { type: 'left', why: 'too_large' }
  const read = await file.text().catch(() => undefined)
  if (read === undefined) return { type: 'left', why: 'unreadable' }
  const text = read.trim()
  if (text === '') return { type: 'left', why: 'empty' }
  // What is no UTF-8 was read with the sign for “not a letter”.
  if (text.includes('\0') || text.includes('\uFFFD')) return { type: 'left', why: 'not_text' }
  return { type: 'text', text }
}

function toLeftOut(name: string | undefined, why: LeftOutReason): LeftOut {
  return name === undefined ? { why } : { name: name.slice(0, nameLimit), why }
}
