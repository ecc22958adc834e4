import { classifyPart } from './classify-part.ts'
import type { CommandPart, ParsedOk, Word } from './command-types.ts'
import { folders, isWithin, resolvePath, type Place } from './part-folders.ts'

export type PathKind = 'missing' | 'file' | 'folder' | 'link' | 'other'

export interface PathFact {
  readonly word: Word
  readonly use: 'reads' | 'deletes' | 'overwrites' | 'writes'
  /** `unknown`: known only at run time, too slow to find out, or not looked at. */
  readonly kind: PathKind | 'unknown'
  /** `unsure`: the folder that it is relative to isn't known. */
  readonly where: 'inside' | 'outside' | 'unsure'
}

export interface PartFacts {
  readonly paths: readonly PathFact[]
  /** What would be deleted, over all paths. Absent where it isn't known. */
  readonly deleted?: { readonly files: number; readonly more: boolean; readonly tracked?: number }
  /** Of the files that would be overwritten, those that git doesn't track. Absent where it isn't known. */
  readonly untracked?: readonly string[]
  /** What a `git` that only shows something would run, by the repository's settings. */
  readonly programs?: readonly string[] | 'unknown'
  /** No part that runs before it can have changed these facts. */
  readonly settled: boolean
}

export interface CommandFacts {
  readonly parts: readonly PartFacts[]
}

/** The same facts as far as the letters of the paths tell: only what is outside the workspace. */
export function lexicalFacts(parsed: ParsedOk, at: Place): CommandFacts {
  const cwds = folders(parsed, at.cwd, (path) => isWithin(at.root, path))
  return { parts: lexicalParts(parsed, at.root, cwds) }
}

/** The same, with the folder of each part known. */
export function lexicalParts(parsed: ParsedOk, root: string, cwds: readonly (string | null)[]): PartFacts[] {
  const meanings = parsed.parts.map((part) => classifyPart(part, parsed))
  let onlyReads = true
  return parsed.parts.map((part, index) => {
    const found = meanings[index]
    const options = found?.risk === 'reads' ? pathsInOptions(part) : []
    const uses = [
      ['reads', [...(found?.reads ?? []), ...options]],
      ['deletes', found?.deletes ?? []],
      ['overwrites', found?.overwrites ?? []],
      ['writes', found?.writes ?? []],
    ] as const
    const paths = uses.flatMap(([use, words]) =>
      words.map((word): PathFact => ({ word, use, kind: 'unknown', where: whereIs(word, root, cwds[index] ?? null) })),
    )
    const settled = onlyReads && part.flow !== 'maybe'
    onlyReads &&= found?.risk === 'reads'
    return { paths, settled }
  })
}

function whereIs(word: Word, root: string, cwd: string | null): PathFact['where'] {
  if (typeof word !== 'string' && word.kind !== 'glob') return 'unsure'
  const text = typeof word === 'string' ? word : word.text
  const path = resolvePath(text, cwd)
  // `link/..` is the folder above what the link leads to.
  if (path === null || /(?:^|\/)(?!\.{1,2}\/)[^/]+\/+(?:\.\/+)*\.\.(?:\/|$)/.test(text)) return 'unsure'
  return isWithin(root, path) || isHarmlessDevice(path) ? 'inside' : 'outside'
}

/** Paths inside options: `--file=/etc/passwd`, `-f/etc/passwd`. */
function pathsInOptions(part: CommandPart): readonly string[] {
  return part.argv.slice(1).flatMap((word) => {
    if (typeof word !== 'string' || !word.startsWith('-')) return []
    const value = /^--[^=]+=(.+)$/s.exec(word)?.[1] ?? /^-\w+?((?:\/|\.\.\/|~).*)$/s.exec(word)?.[1]
    return value !== undefined && (value.startsWith('/') || value.includes('..')) ? [value] : []
  })
}

function isHarmlessDevice(path: string): boolean {
  return /^\/dev\/(?:null|stdin|stdout|stderr|tty|fd\/\d+)$/.test(path)
}
