import type { CommandPart, ParsedOk } from '#shared/permission/command-types.ts'
import {
  lexicalParts,
  type CommandFacts,
  type PartFacts,
  type PathFact,
  type PathKind,
} from '#shared/permission/lexical-facts.ts'
import { resolvePath, settledFolders, type Place } from '#shared/permission/part-folders.ts'
import { programName } from '#shared/permission/unwrap-command.ts'

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
