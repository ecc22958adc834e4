import { carriedFileBytes, type NotRestored, type SnapshotFile } from '#shared/domain/snapshot.ts'
import { runScript } from '../own-agent/inside/script.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { getContent, type CarriedFile, type GetPiece } from './content.ts'

/** Files outside of the workspace that a declaration names, such as a log in /tmp. Only the sandbox reads and writes them. */

const read = 'test -f "$1" || exit 3\ncat -- "$1" || exit 4\ntest -x "$1" && exit 10\nexit 0'

/** @returns why it can't be taken, where it can't. */
export async function takeOutsideFile(
  sandbox: Sandbox,
  path: string,
): Promise<CarriedFile | 'missing' | 'unreadable' | 'too_large'> {
  const taken = await runScript(sandbox, read, { args: [path], limit: carriedFileBytes + 1 })
  if (taken.isCut) return 'too_large'
  if (taken.code !== 0 && taken.code !== 10) return taken.code === 3 ? 'missing' : 'unreadable'
  // The home folder of another machine's sandbox may lie elsewhere.
  const shown = path.startsWith(`${sandbox.home}/`) ? `~${path.slice(sandbox.home.length)}` : path
  return { path: shown, content: taken.stdout, ...(taken.code === 10 ? { executable: true } : {}) }
}

const write = [
  'mkdir -p -- "$(dirname -- "$1")" || exit 1',
  'test -L "$1" && { echo "it is a link here" >&2; exit 1; }',
  'cat > "$1" || exit 1',
  '[ -z "$2" ] || chmod +x -- "$1"',
].join('\n')

/** Without a wall between the sandbox and the machine, only what lies in the run's own folders is written. */
export async function bringOutsideFile(
  sandbox: Sandbox,
  { path: shown, content, executable = false }: SnapshotFile,
  get: GetPiece,
): Promise<NotRestored | undefined> {
  const path = shown.startsWith('~/') ? `${sandbox.home}${shown.slice(1)}` : shown
  const parts = path.split('/')
  if (!path.startsWith('/') || parts.includes('..') || path.includes('\0'))
    return { path: shown, reason: 'its path is none that a snapshot may have' }
  const own = [sandbox.home, sandbox.workspace].some((folder) => path.startsWith(`${folder}/`))
  if (sandbox.kind === 'direct' && !own)
    return { path: shown, reason: 'it lies outside of the run’s folders, and this sandbox has no wall' }
  try {
    const bytes = await getContent(content, get, carriedFileBytes)
    const done = await runScript(sandbox, write, { args: [path, executable ? 'x' : ''], stdin: bytes })
    return done.code === 0 ? undefined : { path: shown, reason: done.stderr.split('\n').at(-1)?.slice(0, 200) ?? '' }
  } catch (error) {
    return { path: shown, reason: error instanceof Error ? error.message.slice(0, 200) : String(error) }
  }
}
