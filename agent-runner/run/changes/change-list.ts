import type { FileChange } from '#shared/domain/transcript.ts'

/** One record of git's list. */
export interface ListedChange {
  /** As git has it: bytes as Latin-1. */
  path: string
  change: FileChange
  /** Pieces of the patch that belong to it. */
  pieces: number
  before: ListedSide | undefined
  after: ListedSide | undefined
}

/** A side of a change as git's list has it. */
export interface ListedSide {
  /** As `path`; another one before a rename. */
  path: string
  mode: string
  id: string
}

const pathLimit = 1000

/** `git diff-tree --raw --numstat -z`, read as Latin-1: all raw records first, then all counts, in the same order. */
export function parseList(text: string): ListedChange[] {
  const fields = text.split('\0')
  const listed: ListedChange[] = []
  let at = 0
  for (;;) {
    const record = /^:(\d{6}) (\d{6}) (\S+) (\S+) ([A-Z])/.exec(fields[at] ?? '')
    if (record === null) break
    const [, from = '', to = '', idBefore = '', idAfter = '', letter = 'M'] = record
    const moved = letter === 'R' || letter === 'C'
    const first = fields[at + 1] ?? ''
    const path = moved ? (fields[at + 2] ?? '') : first
    listed.push({
      path,
      // A file that became a link, or the other way round, is told as deleted and added.
      pieces: letter === 'T' ? 2 : 1,
      before: from === none ? undefined : { path: first, mode: from, id: idBefore },
      after: to === none ? undefined : { path, mode: to, id: idAfter },
      change: {
        path: shownPath(path),
        ...(letter === 'R' ? { oldPath: shownPath(first) } : {}),
        status: statuses[letter] ?? 'modified',
        added: 0,
        removed: 0,
        ...(from !== to && from !== none && to !== none ? { mode: { from, to } } : {}),
      },
    })
    at += moved ? 3 : 2
  }
  for (const one of listed) {
    const [added = '', removed = '', path] = (fields[at] ?? '').split('\t')
    one.change.added = Number(added) || 0
    one.change.removed = Number(removed) || 0
    if (added === '-') one.change.binary = true
    at += path === '' ? 3 : 1
  }
  return listed
}

/** One text for each record of the list, in its order; a record whose text was cut off has none. */
export function splitPatches(diff: string, listed: readonly ListedChange[], cut: boolean): (string | undefined)[] {
  const pieces = diff.split(/^(?=diff --git )/m).filter((piece) => piece.startsWith('diff --git '))
  const whole = cut ? pieces.length - 1 : pieces.length
  let at = 0
  return listed.map((one) => {
    const start = at
    at += one.pieces
    return at <= whole ? pieces.slice(start, at).join('') : undefined
  })
}

/** A path for people: what would break its line is escaped as git does it. */
export function shownPath(path: string): string {
  return Buffer.from(path, 'latin1')
    .toString()
    .replace(/\p{Cc}/gu, (letter) => escapes[letter] ?? `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`)
    .slice(0, pathLimit)
    .toWellFormed()
}

const none = '000000'

const escapes: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

const statuses: Record<string, FileChange['status']> = {
  A: 'added',
  C: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'modified',
}
