import { spawn } from 'node:child_process'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SandboxError } from '../sandbox/sandbox.ts'

/**
 * Tools from npm, each in a folder of its own with its version in the name: `<tools>/<name>@<version>/node_modules/…`.
 * Fetched on first use, without running any script of theirs; a folder is there whole or not at all.
 */
export interface ToolsFolder {
  /** Of the system `system`, where that is not this one. */
  has(packageName: string, version: string, system?: ToolSystem): Promise<boolean>
  /** @returns the folder; `undefined` where it was not fetched. */
  find(packageName: string, version: string): Promise<string | undefined>
  /** @returns the folder. @throws SandboxError */
  fetch(packageName: string, version: string, options: FetchOptions): Promise<string>
}

export interface FetchOptions {
  onOutput: (text: string) => void
  signal: AbortSignal
  /** Take the package although it is for another system than this one. */
  force?: boolean
  /** Take those of its parts that are for this system; they have a folder of their own. Absent: this machine's. */
  system?: ToolSystem | undefined
}

/** As npm names them. */
export interface ToolSystem {
  readonly os: string
  readonly cpu: string
}

/** @param env what npm needs of this machine: PATH, HOME, proxies. */
export function createToolsFolder(folder: string, env: Readonly<Record<string, string>>): ToolsFolder {
  const fetching = new Map<string, Promise<string>>()

  function pathOf(packageName: string, version: string, system?: ToolSystem): string {
    const place = system === undefined ? '' : `-${system.os}-${system.cpu}`
    return join(folder, `${packageName.replaceAll('/', '+')}@${version}${place}`)
  }

  async function has(packageName: string, version: string, system?: ToolSystem): Promise<boolean> {
    const done = await readFile(join(pathOf(packageName, version, system), 'complete'), 'utf8').catch(() => '')
    return done !== ''
  }

  async function fetch(packageName: string, version: string, options: FetchOptions): Promise<string> {
    const path = pathOf(packageName, version, options.system)
    if (await has(packageName, version, options.system)) return path
    // Several runs may want the same tool at once; one fetches, the others wait.
    const running = fetching.get(path)
    if (running !== undefined) return running
    const work = install(path, packageName, version, options).finally(() => fetching.delete(path))
    fetching.set(path, work)
    return work
  }

  async function install(path: string, packageName: string, version: string, options: FetchOptions): Promise<string> {
    const made = `${path}.${process.pid}.new`
    await rm(made, { recursive: true, force: true })
    await mkdir(made, { recursive: true })
    try {
      await writeFile(join(made, 'package.json'), JSON.stringify({ private: true }))
      const args = [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--save-exact',
        ...(options.force === true ? ['--force'] : []),
        ...(options.system === undefined
          ? []
          : [`--os=${options.system.os}`, `--cpu=${options.system.cpu}`, '--libc=glibc']),
        `${packageName}@${version}`,
      ]
      const code = await runNpm(args, made, env, options)
      if (code !== 0) {
        throw new SandboxError(
          'harness_missing',
          `${packageName}@${version} could not be fetched from npm (exit ${code}). Look at the output above; the network or the registry may be away.`,
        )
      }
      await writeFile(join(made, 'complete'), `${packageName}@${version}\n`)
      await rm(path, { recursive: true, force: true })
      await rename(made, path)
      return path
    } finally {
      await rm(made, { recursive: true, force: true })
    }
  }

  return {
    has,
    find: async (packageName, version) =>
      (await has(packageName, version)) ? pathOf(packageName, version) : undefined,
    fetch,
  }
}

/** npm beside this Node where there is one, else the one on PATH. */
function runNpm(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  { onOutput, signal }: FetchOptions,
): Promise<number> {
  return new Promise((resolve) => {
    const path = [env['PATH'] ?? '', dirname(process.execPath)].filter((part) => part !== '').join(':')
    const child = spawn('npm', args, { cwd, env: { ...env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'], signal })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => onOutput(piece.toString()))
    child.once('error', (error) => {
      onOutput(`npm could not be started: ${error.message}\n`)
      resolve(127)
    })
    child.once('close', (code) => resolve(code ?? 130))
  })
}
