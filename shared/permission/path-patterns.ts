import { pathFrom } from './posix-path.ts'

/**
 * Patterns of paths in the workspace, as in a .gitignore: without a slash they match a name at any depth, with one a path from the
 * workspace's root; what they match is meant with all below it. `*` and `?` stay within a name, `**` goes over folders. Letters of
 * both cases are the same, since on many disks they are. Reads in time that grows with both lengths alone.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const wanted = segmentsOf(pattern)
  const names = segmentsOf(path)
  if (wanted.length === 0 || names.length === 0) return false
  const rooted = pattern.replace(/\/+$/, '').includes('/')
  const heads = rooted ? [...wanted, '**'] : ['**', ...wanted, '**']
  return matchesAll(heads, names, (one, name) => (one === '**' ? 'any' : matchesName(one, name)))
}

/** The first pattern that covers a path. */
export function protectedBy(patterns: readonly string[], path: string): string | undefined {
  return patterns.find((pattern) => matchesPath(pattern, path))
}

function segmentsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
}

/** `*` stands for any letters, `?` for one; case counts. */
export function matchesWildcards(pattern: string, text: string): boolean {
  return matchesName(pattern, text)
}

function matchesName(pattern: string, name: string): boolean {
  return matchesAll([...pattern], [...name], (one, letter) => (one === '*' ? 'any' : one === '?' || one === letter))
}

/** Wildcards by going back to the last one alone. `any`: the pattern's item stands for any number of items, none too. */
function matchesAll(
  pattern: readonly string[],
  items: readonly string[],
  matches: (one: string, item: string) => boolean | 'any',
): boolean {
  let at = 0
  let from = 0
  let star = -1
  let mark = 0
  while (from < items.length) {
    const one = pattern[at]
    const found = one === undefined ? false : matches(one, items[from] ?? '')
    if (found === 'any') {
      star = at++
      mark = from
    } else if (found) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++mark
    } else return false
  }
  while (at < pattern.length && matches(pattern[at] ?? '', '') === 'any') at++
  return at === pattern.length
}

/** A path of a command or an edit, as patterns are written: from the workspace's root, or whole where it lies outside. */
export function pathIn(root: string, path: string, cwd: string = root): string {
  const whole = pathFrom(cwd, path)
  const base = root.endsWith('/') ? root : `${root}/`
  return whole.startsWith(base) ? whole.slice(base.length) : whole
}
