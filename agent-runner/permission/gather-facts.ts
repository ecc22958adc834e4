import { classifyPart } from './classify-part.ts'
import type { CommandPart, ParsedOk, Word } from './command-types.ts'
import { programName } from './unwrap-command.ts'
import { folders, isWithin, resolvePath, settledFolders, type Place } from './part-folders.ts'

export { isWithin } from './part-folders.ts'

export type PathKind = 'missing' | 'file' | 'folder' | 'link' | 'other'

/**
 * Where a workspace can be looked at: the runner's own disk, or the inside of a container. Paths are absolute and
 * POSIX, and are always inside `root` by their letters; links may still lead out of it. Calls may throw; then the
 * fact stays unknown.
 */
export interface WorkspacePort {
  /** `outside`: the entry itself, reached through links, is out of the root. `leadsOutside`: what it links to is. */
  stat(path: string, signal: AbortSignal): Promise<{ kind: PathKind; outside: boolean; leadsOutside: boolean }>
  /** All files and links at and below the path, absolute, at most `cap`; folders don't count, links aren't followed. */
  listFiles(path: string, cap: number, signal: AbortSignal): Promise<{ files: readonly string[]; more: boolean }>
  /** The files at and below the path that git tracks, absolute; `null` where there is no repository. */
  trackedFiles(path: string, signal: AbortSignal): Promise<readonly string[] | null>
  /**
   * Whether a link among what a pattern can match leads out of the root. `segments`: the pattern below the folder, at
   * its slashes; one that isn't plain (`*`, `?` and letters) counts as matching everything.
   */
  globLeadsOutside(folder: string, segments: readonly string[], signal: AbortSignal): Promise<boolean>
  /** What the settings of the repository around a folder make git run by itself, by name. */
  gitPrograms(path: string, signal: AbortSignal): Promise<readonly string[]>
}

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

const fileCap = 10_000
const pathCap = 100

/**
 * Looks, without changing anything, at what a command would delete or overwrite. Ends after `timeoutMs` (500) with
 * what it knows by then. Paths outside the root are named, never looked at.
 */
export async function gatherFacts(
  parsed: ParsedOk,
  at: Place & { port: WorkspacePort; signal: AbortSignal; timeoutMs?: number },
): Promise<CommandFacts> {
  const signal = AbortSignal.any([at.signal, AbortSignal.timeout(at.timeoutMs ?? 500)])
  const cwds = await settledFolders(parsed, at, async (path) => {
    const found = await within(signal, () => at.port.stat(path, signal))
    return found?.kind === 'folder' && !found.outside
  })
  let left = pathCap
  const parts: PartFacts[] = []
  for (const [index, lexical] of lexicalParts(parsed, at.root, cwds).entries()) {
    const cwd = cwds[index] ?? null
    const paths: PathFact[] = []
    for (const fact of lexical.paths) {
      const path = resolvePath(fact.word, cwd)
      if (typeof fact.word !== 'string' && fact.where === 'inside' && fact.use !== 'deletes') {
        paths.push({
          ...fact,
          where: left-- <= 0 ? 'unsure' : await whereGlobLeads(fact.word.text, cwd, at.port, signal),
        })
        continue
      }
      if (path === null || fact.where !== 'inside' || left-- <= 0) {
        paths.push(fact)
        continue
      }
      const found = await within(signal, () => at.port.stat(path, signal))
      const leads = fact.use !== 'deletes' && found?.leadsOutside === true
      const where = found?.outside === true || leads ? 'outside' : 'inside'
      paths.push({ ...fact, kind: found?.kind ?? 'unknown', where })
    }
    const deletes = absolute(paths, 'deletes', cwd)
    const deleted = deletes && (await countDeleted(deletes, at.port, signal))
    const overwrites = absolute(paths, 'overwrites', cwd)
    const untracked = overwrites && (await findUntracked(overwrites, at.port, signal))
    const programs = await programsOf(parsed.parts[index], cwd, at.port, signal)
    parts.push({
      ...lexical,
      paths,
      ...(programs ? { programs } : {}),
      ...(deleted ? { deleted } : {}),
      ...(untracked ? { untracked } : {}),
    })
  }
  return { parts }
}

/** The same facts as far as the letters of the paths tell: only what is outside the workspace. */
export function lexicalFacts(parsed: ParsedOk, at: Place): CommandFacts {
  const cwds = folders(parsed, at.cwd, (path) => isWithin(at.root, path))
  return { parts: lexicalParts(parsed, at.root, cwds) }
}

function lexicalParts(parsed: ParsedOk, root: string, cwds: readonly (string | null)[]): PartFacts[] {
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

/** `unsure` where it took too long to look. */
async function whereGlobLeads(
  text: string,
  cwd: string | null,
  port: WorkspacePort,
  signal: AbortSignal,
): Promise<PathFact['where']> {
  const all = text.split('/')
  const fixed = Math.max(
    0,
    all.findIndex((segment) => !/^[\w.-]*$/.test(segment)),
  )
  const folder = resolvePath(all.slice(0, fixed).join('/') || (text.startsWith('/') ? '/' : '.'), cwd)
  if (folder === null) return 'unsure'
  const leads = await within(signal, () =>
    port.globLeadsOutside(
      folder,
      all.slice(fixed).filter((segment) => !/^\.?$/.test(segment)),
      signal,
    ),
  )
  return leads === undefined ? 'unsure' : leads ? 'outside' : 'inside'
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

/** @returns undefined where there is none, or one of the paths isn't known. Of what is overwritten, files only. */
function absolute(
  paths: readonly PathFact[],
  use: 'deletes' | 'overwrites',
  cwd: string | null,
): readonly string[] | undefined {
  const wanted = paths.filter((fact) => fact.use === use)
  if (wanted.length === 0 || wanted.some((fact) => fact.kind === 'unknown' || fact.where !== 'inside')) return undefined
  const kept = wanted.filter((fact) => (use === 'deletes' ? fact.kind !== 'missing' : fact.kind === 'file'))
  return kept.flatMap((fact) => resolvePath(fact.word, cwd) ?? [])
}

async function programsOf(
  part: CommandPart | undefined,
  cwd: string | null,
  port: WorkspacePort,
  signal: AbortSignal,
): Promise<PartFacts['programs']> {
  if (programName(part?.argv[0]) !== 'git') return undefined
  if (cwd === null) return 'unknown'
  return (await within(signal, () => port.gitPrograms(cwd, signal))) ?? 'unknown'
}

async function countDeleted(
  paths: readonly string[],
  port: WorkspacePort,
  signal: AbortSignal,
): Promise<PartFacts['deleted']> {
  const files = new Set<string>()
  for (const path of paths) {
    const found = await within(signal, () => port.listFiles(path, fileCap + 1 - files.size, signal))
    if (found === undefined) return undefined
    for (const file of found.files) files.add(file)
    if (found.more || files.size > fileCap) return { files: fileCap, more: true }
  }
  let tracked = 0
  for (const path of paths) {
    const found = await within(signal, () => port.trackedFiles(path, signal))
    if (found === undefined) return { files: files.size, more: false }
    for (const file of found ?? []) if (files.delete(file)) tracked++
  }
  return { files: files.size + tracked, more: false, tracked }
}

async function findUntracked(
  paths: readonly string[],
  port: WorkspacePort,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const untracked: string[] = []
  for (const path of paths) {
    const found = await within(signal, () => port.trackedFiles(path, signal))
    if (found === undefined) return undefined
    if (found?.includes(path) !== true) untracked.push(path)
  }
  return untracked
}

/** @returns undefined once the signal ends, or where the port failed: then the fact isn't known. */
async function within<T>(signal: AbortSignal, look: () => Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined
  const ended = Promise.withResolvers<undefined>()
  const onAbort = (): void => ended.resolve(undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([look().catch(() => undefined), ended.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
