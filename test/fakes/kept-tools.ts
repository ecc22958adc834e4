import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { processEnvironment, readConfig } from '#agent-runner/config.ts'
import { createHarnesses } from '#agent-runner/harnesses.ts'
import { messageOf } from '#agent-runner/log.ts'
import { sourceRoot } from './runner.ts'

/** Tools that tests fetched, kept from one run of the tests to the next. */
const keptTools = join(sourceRoot, '.cache/tools')

/**
 * Fetches a harness by the runner's own installer, unless an earlier run did. Where it must be there, npm tries again and takes its time.
 * @returns why tests with it are skipped, or `undefined` when they run. @throws with DROVER_REQUIRE=all.
 */
export async function harnessMissing(id: string, sandbox: SandboxKind = 'direct'): Promise<string | undefined> {
  const isRequired = process.env['DROVER_REQUIRE'] === 'all'
  await mkdir(keptTools, { recursive: true })
  const config = readConfig({ ...processEnvironment(), DROVER_API_KEY: 'none' })
  if (!config.ok) throw new Error(config.error)
  const hostEnv = { ...config.value.hostEnv, npm_config_fetch_retries: isRequired ? '4' : '0' }
  const harnesses = createHarnesses({ config: { ...config.value, hostEnv }, toolsFolder: keptTools })
  const declaration = harnesses.find((one) => one.id === id)
  if (declaration === undefined) throw new Error(`there is no harness ${id}`)
  let output = ''
  try {
    await declaration.prepare({
      sandbox,
      signal: AbortSignal.timeout(isRequired ? 600_000 : 170_000),
      onOutput: (text) => {
        output = (output + text).slice(-2000)
      },
    })
    return undefined
  } catch (error) {
    const reason = /^npm error (?!code|errno|syscall)(.+)$/m.exec(output)?.[1] ?? messageOf(error)
    const why = `${declaration.name} ${declaration.version ?? ''} could not be fetched from the npm registry: ${reason}`
    if (isRequired) throw new Error(why, { cause: error })
    return why
  }
}

/** A runner's data folder that shares the kept tools. */
export async function makeRunnerFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  await mkdir(keptTools, { recursive: true })
  const path = await mkdtemp(join(tmpdir(), 'drover-runner-'))
  await symlink(keptTools, join(path, 'tools'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) }
}
