import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processEnvironment, readConfig } from '#agent-runner/config.ts'
import { createOpenCode, openCodeVersion } from '#agent-runner/harness/declarations/opencode.ts'
import { createToolsFolder } from '#agent-runner/harness/tools-folder.ts'
import { messageOf } from '#agent-runner/log.ts'
import { sourceRoot } from './runner.ts'

/** Tools that tests fetched, kept from one run of the tests to the next. */
export const keptTools = join(sourceRoot, '.cache/tools')
const fetchMs = 170_000

/**
 * Fetches OpenCode by the runner's own installer, unless an earlier run did.
 * @returns why tests with it are skipped, or `undefined` when they run. @throws with DROVER_REQUIRE=all.
 */
export async function openCodeMissing(): Promise<string | undefined> {
  await mkdir(keptTools, { recursive: true })
  const config = readConfig({ ...processEnvironment(), DROVER_API_KEY: 'none' })
  if (!config.ok) throw new Error(config.error)
  const tools = createToolsFolder(keptTools, { ...config.value.hostEnv, npm_config_fetch_retries: '0' })
  let output = ''
  try {
    await createOpenCode({ tools, config: '{}', person: { home: '', variables: {} } }).prepare({
      sandbox: 'direct',
      signal: AbortSignal.timeout(fetchMs),
      onOutput: (text) => {
        output = (output + text).slice(-2000)
      },
    })
    return undefined
  } catch (error) {
    const reason = /^npm error (?!code|errno|syscall)(.+)$/m.exec(output)?.[1] ?? messageOf(error)
    const why = `OpenCode ${openCodeVersion} could not be fetched from the npm registry: ${reason}`
    if (process.env['DROVER_REQUIRE'] === 'all') throw new Error(why, { cause: error })
    return why
  }
}

/** A runner's data folder that shares the kept tools. */
export async function makeRunnerFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'drover-runner-'))
  await symlink(keptTools, join(path, 'tools'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
