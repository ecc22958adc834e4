import { z } from 'zod'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { runScript } from '../own-agent/inside/script.ts'
import type { SnapshotSettings } from './settings.ts'

/** One line of a declarations file: a repository whose changes are saved, or a file that is saved as it is. */
export const Declaration = z.object({
  version: z.literal(1),
  kind: z.enum(['repo', 'file']),
  path: z.string().min(1).max(1000).startsWith('/'),
})
export type Declaration = z.infer<typeof Declaration>

const linesLimit = 500
const fileBytes = 1_000_000
const scriptMs = 30_000

/** Lines that are none are named and left out; so is what another line has already. */
export function parseDeclarations(text: string): { declared: Declaration[]; malformed: string[] } {
  const all: Declaration[] = []
  const malformed: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const parsed = Declaration.safeParse(parseJson(line))
    if (!parsed.success || all.length >= linesLimit) malformed.push(line.slice(0, 200))
    else all.push({ ...parsed.data, path: plain(parsed.data.path) })
  }
  const repositories = all.flatMap(({ kind, path }) => (kind === 'repo' ? [path] : []))
  const seen = new Set<string>()
  const declared = all.filter(({ kind, path }) => {
    if (seen.has(`${kind} ${path}`)) return false
    seen.add(`${kind} ${path}`)
    return kind === 'repo' || !repositories.some((repository) => isBelow(path, repository))
  })
  return { declared, malformed }
}

/** Whether a path is a folder, or lies in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || folder === '' || path.startsWith(folder === '/' ? folder : `${folder}/`)
}

/**
 * Asks the script, or reads the file, in the sandbox: what they say is as trusted as what runs in there.
 * @returns `undefined` where neither is set. @throws with a sentence for people.
 */
export async function readDeclarations(
  sandbox: Sandbox,
  { script, file }: Pick<SnapshotSettings, 'script' | 'file'>,
): Promise<{ declared: Declaration[]; malformed: string[] } | undefined> {
  if (script === undefined && file === undefined) return undefined
  const into = file ?? `${sandbox.home}/.drover-snapshot-declarations.jsonl`
  if (script !== undefined) {
    const ran = await runScript(
      sandbox,
      [
        // A file of one's own is added to, the other one is of this turn alone.
        '[ -n "$4" ] || rm -f -- "$3"',
        'cd "$1" && DROVER_SNAPSHOT_DECLARATIONS_FILE="$3" OZ_SNAPSHOT_DECLARATIONS_FILE="$3" "$2" >/dev/null',
      ].join('\n'),
      { args: [sandbox.workspace, script, into, file ?? ''], signal: AbortSignal.timeout(scriptMs) },
    )
    if (ran.code !== 0)
      throw new Error(`${script} ended with exit code ${ran.code}. ${ran.stderr.slice(0, 300)}`.trim())
  }
  const read = await runScript(sandbox, 'cat -- "$1"', { args: [into], limit: fileBytes })
  if (read.code !== 0) throw new Error(`${into} can’t be read. ${read.stderr.slice(0, 300)}`.trim())
  return parseDeclarations(read.stdout.toString())
}

function plain(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
