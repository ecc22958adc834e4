import type { PromptBlock } from '../harness/acp-session.ts'
import { runScript } from '../own-agent/inside/script.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Transcript } from './transcript.ts'

/** Looked at as the sandbox's user sees them. */
const look = 'cd -- "$1" || exit 1; shift; for path; do [ -e "$path" ] || printf "%s\\n" "$path"; done'

/** Says to people and to the agent which files of a message are not in the workspace. */
export async function tellMissing(
  { sandbox, transcript }: { readonly sandbox: Sandbox; readonly transcript: Transcript },
  paths: readonly string[],
): Promise<readonly PromptBlock[]> {
  if (paths.length === 0) return []
  const looked = await runScript(sandbox, look, { args: [sandbox.workspace, ...paths] }).catch(() => undefined)
  // Where it could not be looked, the agent will see.
  if (looked?.code !== 0) return []
  const missing = looked.stdout
    .toString('utf8')
    .split('\n')
    .filter((path) => path !== '')
  if (missing.length === 0) return []
  const named = missing.join(', ')
  const verb = missing.length === 1 ? 'is' : 'are'
  transcript.notice('warning', `The message mentions what ${verb} not in the workspace: ${named}`)
  return [{ type: 'text', text: `Mentioned in the message, but not in the workspace: ${named}` }]
}
