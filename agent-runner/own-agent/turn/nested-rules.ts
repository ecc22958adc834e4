import { posix } from 'node:path'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Place } from '../inside/place.ts'
import { runScript } from '../inside/script.ts'

const rulesBytes = 20_000

/** Tells the rules that lie in folders below the root with the first look at a file under them. @param told files that the conversation has already. */
export async function nestedRules(
  sandbox: Sandbox,
  place: Place,
  told: Set<string>,
  signal: AbortSignal,
): Promise<string> {
  let text = ''
  for (const file of place.rules) {
    if (told.has(file) || file === place.real) continue
    told.add(file)
    const read = await runScript(sandbox, 'head -c "$2" -- "$1"', {
      args: [file, String(rulesBytes)],
      limit: rulesBytes + 1,
      signal,
    })
    if (read.code !== 0) continue
    text += `\n\n<rules file="${file}" for="${posix.dirname(file)}">\n${read.stdout.toString().toWellFormed()}\n</rules>`
  }
  return text
}
