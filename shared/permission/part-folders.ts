import type { CommandPart, ParsedOk, Word } from './command-types.ts'
import { normalPath, pathFrom, withoutEnd } from './posix-path.ts'

export interface Place {
  /** The workspace's root and the command's own folder; absolute, in the port's view. */
  readonly root: string
  readonly cwd: string
}

/** The folder that each part runs in; `null` once a `cd` leaves it open. Looks at 20 folders at most. */
export async function settledFolders(
  parsed: ParsedOk,
  at: Place,
  exists: (path: string) => Promise<boolean>,
): Promise<readonly (string | null)[]> {
  const seen = new Map<string, boolean>()
  for (let round = 0; round < 20; round++) {
    let open: string | undefined
    const cwds = folders(parsed, at.cwd, (path) => {
      if (!isWithin(at.root, path)) return false
      if (!seen.has(path)) open ??= path
      return seen.get(path) ?? false
    })
    if (open === undefined) return cwds
    seen.set(open, await exists(open))
  }
  return parsed.parts.map(() => null)
}

/** The same, where `exists` says at once whether a folder is there. */
export function folders(
  parsed: ParsedOk,
  start: string,
  exists: (path: string) => boolean,
): readonly (string | null)[] {
  // A `cd` in a branch or a loop can have happened or not, and can happen again.
  if (parsed.parts.some((part) => isMove(part) && part.flow === 'maybe')) return parsed.parts.map(() => null)
  const now = new Map<number, string | null>([[0, start]])
  const unsettled = new Map<number, number>()
  const cwdOf = (shell: number): string | null => {
    const known = now.get(shell)
    if (known !== undefined) return known
    const parent = parsed.shells[shell] ?? null
    const from = parent === null ? null : cwdOf(parent)
    now.set(shell, from)
    return from
  }
  return parsed.parts.map((part) => {
    // `a && cd b; c`: past its chain, the `cd` may not have happened.
    const chain = unsettled.get(part.shell)
    if (chain !== undefined && chain !== part.chain) {
      now.set(part.shell, null)
      unsettled.delete(part.shell)
    }
    const cwd = cwdOf(part.shell)
    if (!isMove(part)) return cwd
    const [program, into] = part.argv
    const target = program === 'cd' && into !== undefined ? resolvePath(into, cwd) : null
    now.set(part.shell, target !== null && exists(target) ? target : null)
    if (part.flow === 'and') unsettled.set(part.shell, part.chain)
    return cwd
  })
}

function isMove(part: CommandPart): boolean {
  return typeof part.argv[0] === 'string' && /^(?:cd|pushd|popd)$/.test(part.argv[0])
}

/** @returns an absolute path, or null where the word or the folder isn't known. */
export function resolvePath(word: Word, cwd: string | null): string | null {
  if (typeof word !== 'string') return null
  if (word.startsWith('/')) return normalPath(word)
  return cwd === null ? null : pathFrom(cwd, word)
}

export function isWithin(root: string, path: string): boolean {
  const clean = withoutEnd(normalPath(path))
  const base = withoutEnd(normalPath(root))
  return clean === base || clean.startsWith(base === '/' ? '/' : `${base}/`)
}
