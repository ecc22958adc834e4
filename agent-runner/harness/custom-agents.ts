import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { HarnessId, SandboxKind } from '#shared/domain/harness.ts'
import { SecretKind } from '#shared/domain/secret.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { messageOf } from '../log.ts'

/** An agent that the runner's owner has by a command; it speaks the Agent Client Protocol over its standard streams. */
export const CustomAgent = z.strictObject({
  id: HarnessId,
  name: z.string().trim().min(1).max(60),
  /** Two letters for its tile; absent: the first of its name. */
  letters: z.string().trim().min(1).max(2).optional(),
  /** Program and arguments; in a container it has to be in the image. */
  command: z
    .array(z.string().max(4000))
    .min(1)
    .max(100)
    .refine(([program]) => program !== '', 'it needs a program'),
  /** May name the run's endpoints: `{openai.url}`, `{openai.key}`, the same with `anthropic` and `google`, `{model}` and `{home}`. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(20_000)).default({}),
  sandboxes: z.array(SandboxKind).min(1).max(2).default(['direct']),
  /** The mode in which it asks. */
  firstMode: z.string().min(1).max(100).optional(),
  /** Credentials of which it needs one. */
  takes: z.array(SecretKind).max(9).optional(),
})
export type CustomAgent = z.infer<typeof CustomAgent>

const agentLimit = 30
const fileLimit = 1_000_000
/** Of Drover's own harnesses. */
const taken: ReadonlySet<string> = new Set(['runbook', 'drover', 'claude-code', 'codex', 'gemini', 'opencode'])

/** @param setting a JSON list, or the path of a file that holds one. @returns a sentence that says what is wrong. */
export function readAgents(setting: string | undefined): Result<CustomAgent[], string> {
  if (setting === undefined) return ok([])
  const inline = setting.trimStart().startsWith('[')
  const where = inline ? 'DROVER_AGENTS' : `DROVER_AGENTS (${setting})`
  let value: unknown
  try {
    const text = inline ? setting : readFileSync(setting, 'utf8')
    if (text.length > fileLimit) return err(`${where} is larger than ${fileLimit} characters.`)
    value = JSON.parse(text)
  } catch (error) {
    const what = error instanceof SyntaxError ? 'is not valid JSON' : 'can’t be read'
    return err(`${where} ${what}: ${messageOf(error)}`)
  }
  const parsed = z.array(CustomAgent).max(agentLimit).safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = (issue?.path ?? [])
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('')
    return err(
      `${where} is not valid${place === '' ? '' : ` at ${place.replace(/^\./, '')}`}: ${issue?.message ?? ''}.`,
    )
  }
  const seen = new Set<string>(taken)
  for (const { id } of parsed.data) {
    if (seen.has(id)) {
      const who = taken.has(id) ? 'one of Drover’s own agents' : 'another agent of the list'
      return err(`${where} is not valid: the id ${id} belongs to ${who}.`)
    }
    seen.add(id)
  }
  return ok(parsed.data)
}
