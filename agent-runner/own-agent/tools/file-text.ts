import { createHash } from 'node:crypto'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { realFunction, type Place } from '../inside/place.ts'
import { runScript } from '../inside/script.ts'

/** The longest file that can be edited. */
export const mostTextBytes = 4_000_000

/** The text of a file; `undefined` where it is binary, too long or can't be read. */
export async function readText(sandbox: Sandbox, place: Place, signal: AbortSignal): Promise<string | undefined> {
  if (place.bytes > mostTextBytes) return undefined
  const read = await runScript(sandbox, 'cat -- "$1"', { args: [place.real], limit: mostTextBytes + 1, signal })
  if (read.code !== 0 || read.isCut || read.stdout.includes(0)) return undefined
  const text = read.stdout.toString()
  // What is no UTF-8 would not come back as it was.
  return Buffer.from(text).equals(read.stdout) ? text : undefined
}

/** What a diff shows of a file that is replaced as a whole. */
export async function readWhole(sandbox: Sandbox, place: Place, signal: AbortSignal): Promise<string> {
  return (await readText(sandbox, place, signal)) ?? '(a file that can’t be shown as text)\n'
}

/**
 * Looks again where the path leads, since what was asked about may have become a link meanwhile, and whether the file is still what was
 * seen. Written beside it and moved, with its mode, so that no reader sees half of it.
 */
const store = [
  realFunction,
  '[ "$(real "$1")" = "$2" ] || exit 77',
  'if [ -n "$3" ] && [ -f "$2" ]; then now=$(cat -- "$2" | { sha256sum 2> /dev/null || shasum -a 256; }); [ "${now%% *}" = "$3" ] || exit 78; fi',
  'mkdir -p -- "${2%/*}" || exit 1',
  't="${2%/*}/.drover-$$.tmp"; if [ -f "$2" ]; then cp -p -- "$2" "$t" || exit 1; fi',
  'cat > "$t" && mv -f -- "$t" "$2" || { rm -f -- "$t"; exit 1; }',
].join('\n')

/** @returns a sentence where it could not be written. */
export async function storeText(
  sandbox: Sandbox,
  place: Place,
  { before, content }: { before: string | undefined; content: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const digest =
    before === undefined || place.kind === 'none' || place.bytes !== Buffer.byteLength(before)
      ? ''
      : createHash('sha256').update(before).digest('hex')
  const done = await runScript(sandbox, store, { args: [place.path, place.real, digest], stdin: content, signal })
  if (done.code === 0) return undefined
  if (done.code === 77) return `${place.path} leads elsewhere now. Nothing was written.`
  if (done.code === 78) return `${place.path} has changed since it was read. Nothing was written: read it again.`
  return `${place.path} could not be written: ${done.stderr || 'no permission'}.`
}
