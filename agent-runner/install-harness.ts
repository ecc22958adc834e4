import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SandboxKind } from '#shared/domain/harness.ts'
import { readConfig } from './config.ts'
import { createHarnesses } from './harnesses.ts'
import { messageOf } from './log.ts'

export const InstallOptions = z.object({
  name: z.string().min(1),
  /** Absent: each that the runner has. */
  sandbox: SandboxKind.optional(),
})
export type InstallOptions = z.infer<typeof InstallOptions>

/**
 * Fetches an agent into the runner's folder ahead of its first run; the runner may be at work. Needs neither server nor key. `say`: what npm says as it
 * goes. @returns a sentence; `ok: false`: it could not be done.
 */
export async function installHarness(
  { name, sandbox }: InstallOptions,
  environment: Readonly<Record<string, string | undefined>>,
  { say, signal }: { readonly say: (text: string) => void; readonly signal: AbortSignal },
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const read = readConfig({ ...environment, DROVER_API_KEY: environment['DROVER_API_KEY'] ?? 'none' })
  if (!read.ok) return { ok: false, text: read.error }
  const config = read.value
  const toolsFolder = join(config.folder, 'tools')
  const harnesses = createHarnesses({ config, toolsFolder })
  const harness = harnesses.find(({ id }) => id === name)
  if (harness === undefined)
    return { ok: false, text: `There is no agent ${name}. There are: ${harnesses.map(({ id }) => id).join(', ')}.` }
  const why = harness.unavailable()
  if (why !== undefined) return { ok: false, text: `${harness.name} can’t be used here: ${why}` }
  await mkdir(toolsFolder, { recursive: true, mode: 0o700 })
  const kinds = (sandbox === undefined ? config.backends : [sandbox]).filter((kind) => harness.sandboxes.includes(kind))
  if (kinds.length === 0) return { ok: false, text: `${harness.name} does not run in that sandbox.` }
  const fresh: string[] = []
  for (const kind of kinds) {
    if (await harness.installed(kind)) continue
    try {
      await harness.prepare({ sandbox: kind, onOutput: say, signal })
      fresh.push(kind)
    } catch (error) {
      return { ok: false, text: messageOf(error) }
    }
  }
  const version = harness.version === undefined ? '' : ` ${harness.version}`
  return {
    ok: true,
    text:
      fresh.length === 0
        ? `${harness.name}${version} is there already.`
        : `${harness.name}${version} is in ${toolsFolder}.`,
  }
}
