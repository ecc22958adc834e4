import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '#shared/json.ts'

/** Everything that a person saw when answering. Two requests with the same digest are the same question. */
export interface ShownRequest {
  /** `command`, `edit`, `tool`, `question`. */
  readonly kind: string
  readonly title: string
  /** The exact command, whole. */
  readonly command?: string
  readonly cwd?: string
  /** SHA-256 of each shown diff, by path. */
  readonly diffs?: Readonly<Record<string, string>>
  /** A tool's name and its input as shown. */
  readonly tool?: string
  readonly input?: string
  readonly question?: string
}

/**
 * SHA-256, 64 hex digits, over the canonical JSON (keys sorted, absent fields left out) of what was shown, behind a
 * version line. An answer carries it back, so that one given to another command is known to be stale.
 */
export function requestDigest(request: ShownRequest): string {
  const { kind, title, command, cwd, diffs, tool, input, question } = request
  const shown: Record<string, Json> = { kind, title }
  if (command !== undefined) shown.command = command
  if (cwd !== undefined) shown.cwd = cwd
  if (diffs !== undefined) shown.diffs = diffs
  if (tool !== undefined) shown.tool = tool
  if (input !== undefined) shown.input = input
  if (question !== undefined) shown.question = question
  return createHash('sha256').update('drover-request-1\n').update(canonicalJson(shown)).digest('hex')
}
