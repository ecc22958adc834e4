import { gatherSettings, toConfig } from './config.ts'
import { describeSettings } from './config/describe.ts'
import { createDockerEngine } from './sandbox/docker-engine.ts'

/** What `drover runner --check` says: whether the settings are right, what they come to, and what this machine lacks. */
export async function checkSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ ok: boolean; text: string }> {
  const gathered = gatherSettings(environment)
  if (!gathered.ok) return { ok: false, text: gathered.error }
  const config = toConfig(gathered.value)
  if (!config.ok) return { ok: false, text: config.error }
  const { backends, docker } = config.value
  const lines = [describeSettings(gathered.value), '', `Sandboxes: ${backends.join(', ')}.`]
  if (backends.includes('docker')) {
    const engine = createDockerEngine(docker)
    lines.push((await engine.problem()) ?? `Docker answers at ${engine.address}.`)
  }
  return { ok: true, text: [...lines, 'The settings are right.'].join('\n') }
}
