import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '#agent-runner/clock.ts'
import { readConfig, type RunnerConfig } from '#agent-runner/config.ts'
import { openDataFolder } from '#agent-runner/data-folder.ts'
import { createGitGateway } from '#agent-runner/git/gateway.ts'
import type { HarnessDeclaration } from '#agent-runner/harness/declaration.ts'
import { createHarnesses } from '#agent-runner/harnesses.ts'
import { silentLog, type Log } from '#agent-runner/log.ts'
import { createModelGateway } from '#agent-runner/models/gateway.ts'
import { createRunner, type Runner } from '#agent-runner/runner.ts'
import type { RunnerDeps } from '#agent-runner/runner-deps.ts'
import { createSandboxes } from '#agent-runner/sandboxes.ts'

export const sourceRoot = join(dirname(fileURLToPath(import.meta.url)), '../..')

export interface RunnerOptions {
  url: string
  key?: string
  /** Absent: a new one, deleted at the end. */
  folder?: string
  environment?: Record<string, string>
  harnesses?: readonly HarnessDeclaration[]
  log?: Log
  deps?: Partial<RunnerDeps>
}

/** A real runner inside the test's process. */
export async function startRunner(options: RunnerOptions): Promise<Runner & { folder: string; config: RunnerConfig }> {
  const made = options.folder === undefined ? await mkdtemp(join(tmpdir(), 'drover-runner-')) : undefined
  const folderPath = options.folder ?? made ?? ''
  const read = readConfig({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DROVER_URL: options.url,
    DROVER_API_KEY: options.key ?? 'fake-agent-key',
    DROVER_RUNNER_DIR: folderPath,
    DROVER_RUNNER_NAME: 'test runner',
    ...options.environment,
  })
  if (!read.ok) throw new Error(read.error)
  const config = read.value
  const folder = await openDataFolder(folderPath, systemClock, config.workspaces)
  if (!folder.ok) throw new Error(folder.error)
  const runner = await createRunner({
    config,
    folder: folder.value,
    clock: systemClock,
    log: options.log ?? silentLog,
    sandboxes: createSandboxes(config, folder.value),
    harnesses: [...createHarnesses({ config, toolsFolder: folder.value.tools }), ...(options.harnesses ?? [])],
    models: createModelGateway({ hostEnv: config.hostEnv, log: options.log ?? silentLog }),
    git: createGitGateway({ hostEnv: config.hostEnv, log: options.log ?? silentLog }),
    reconnect: { firstMs: 20, mostMs: 200 },
    ...options.deps,
  })
  return {
    ...runner,
    folder: folderPath,
    config,
    close: async () => {
      await runner.close()
      if (made !== undefined) await rm(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

/** A small Git repository with one commit of the given files. */
export async function makeRepository(
  files: Record<string, string> = { 'README.md': '# A repository\n' },
): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'drover-repository-'))
  const git = (...args: string[]): void => {
    execFileSync(
      'git',
      ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main', ...args],
      { cwd: path, stdio: 'ignore' },
    )
  }
  git('init')
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  git('add', '-A')
  git('commit', '-m', 'first')
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) }
}
