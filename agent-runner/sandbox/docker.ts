import { execFile } from 'node:child_process'
import { lchown, lstat, mkdir, readdir, realpath } from 'node:fs/promises'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { z } from 'zod'
import type { RunId, RunnerId } from '#shared/ids.ts'
import { messageOf } from '../log.ts'
import { statusOf, type DockerEngine } from './docker-engine.ts'
import { buildImage } from './docker-build.ts'
import { changedOutside, fetchImage, haveImage, imageId } from './docker-image.ts'
import type { Resolve } from '../egress/egress-guard.ts'
import { needsWays, openWays, type ContainerWays } from './container-ways.ts'
import { execInContainer } from './docker-exec.ts'
import { ownPrograms } from './own-files.ts'
import {
  runMarker,
  SandboxError,
  type ExecSpec,
  type Sandbox,
  type SandboxProvider,
  type SandboxSpec,
} from './sandbox.ts'

export interface DockerLimits {
  image: string
  network: string
  memoryBytes: number
  cpus: number
  pids: number
}

export interface DockerDeps {
  engine: DockerEngine
  limits: DockerLimits
  runnerId: RunnerId
  /** Off: containers are stopped and left for looking at. */
  cleanUp: boolean
  /** A Node of this machine that works in containers. @throws SandboxError */
  node: () => Promise<string>
  /** What names lead to, where it is not this machine that says so. */
  resolve?: Resolve
}

const runLabel = 'dev.drover.run'
const runnerLabel = 'dev.drover.runner'
const workspaceInside = '/workspace'
const homeInside = '/home/drover'
const toolsInside = '/opt/drover'
const keptName = 'drover-set-up'
const KeptImage = z.object({ Id: z.string().min(1) })
/** The user of a container whose runner is root. */
const plainUser = 1000

/** One container for each run: no root, no capabilities, no new privileges, limits, no socket inside. */
export function createDockerProvider(deps: DockerDeps): SandboxProvider {
  const { docker } = deps.engine

  async function sweep(runId: RunId): Promise<boolean> {
    if ((await deps.engine.problem()) !== undefined) return false
    const found = await docker.listContainers({ all: true, filters: { label: [`${runLabel}=${runId}`] } })
    for (const { Id } of found) await endContainer(docker.getContainer(Id), deps.cleanUp)
    return true
  }

  return {
    kind: 'docker',
    start: (spec) => startContainer(spec, deps),
    imageName: (image) => image ?? deps.limits.image,
    imageId: (image) => imageId(deps.engine, image ?? deps.limits.image),
    fetchImage: (image, how) =>
      fetchImage(deps.engine, image ?? deps.limits.image, { ...how, now: () => performance.now() }),
    buildImage: (what, how) => buildImage(deps.engine, { ...what, network: deps.limits.network }, how),
    dropImage: async (id) => {
      await docker
        .getImage(id)
        .remove({ force: true })
        .catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error
        })
    },
    problem: () => deps.engine.problem(),
    sweep,
    close: async () => {},
  }
}

async function startContainer(spec: SandboxSpec, deps: DockerDeps): Promise<Sandbox> {
  const { limits, engine } = deps
  const image = spec.image ?? limits.image
  await haveImage(engine, image)
  const { uid, gid } = plainUserOf()
  await Promise.all([spec.workspace, spec.home].map((folder) => ownFolder(folder)))
  const node = needsWays(spec) ? await deps.node() : undefined
  const wanted = new Set(node === undefined ? spec.tools : [...spec.tools, node, ownPrograms])
  const tools = await Promise.all(
    [...wanted].map(async (path) => ({ from: await realpath(path), to: insidePath(path) })),
  )
  let container: Docker.Container | undefined
  let ways: ContainerWays | undefined
  try {
    container = await engine.docker.createContainer({
      Image: image,
      // Everything is executed beside it; it only keeps the container.
      Entrypoint: ['sleep'],
      Cmd: ['2147483647'],
      User: `${uid}:${gid}`,
      WorkingDir: workspaceInside,
      Env: [
        `HOME=${homeInside}`,
        'LANG=C.UTF-8',
        'TERM=xterm-256color',
        'TMPDIR=/tmp',
        `${runMarker}=${spec.runId}`,
        ...variablesOf(spec),
      ],
      Labels: { [runLabel]: spec.runId, [runnerLabel]: deps.runnerId },
      Tty: false,
      HostConfig: {
        Init: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        ...limitsOf(spec, limits),
        NetworkMode: spec.egress === undefined || spec.egress.kind === 'all' ? limits.network : 'none',
        IpcMode: 'private',
        LogConfig: { Type: 'none', Config: {} },
        Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777' },
        Mounts: [
          { Type: 'bind', Source: spec.workspace, Target: workspaceInside },
          { Type: 'bind', Source: spec.home, Target: homeInside },
          ...tools.map(({ from, to }) => ({ Type: 'bind' as const, Source: from, Target: to, ReadOnly: true })),
        ],
      },
    })
    await container.start()
    const inside = node === undefined ? undefined : insidePath(node)
    ways = await openWays(container, spec, { node: inside, inside: insidePath, resolve: deps.resolve })
  } catch (error) {
    if (container !== undefined) await endContainer(container, true)
    throw error instanceof SandboxError ? error : startError(error, image)
  }
  return containerSandbox(container, { image, workspace: spec.workspace, ways }, deps)
}

function containerSandbox(
  container: Docker.Container,
  { image, workspace, ways }: { image: string; workspace: string; ways: ContainerWays },
  deps: DockerDeps,
): Sandbox {
  let ended: Promise<void> | undefined

  async function kill(): Promise<void> {
    ways.close()
    ended ??= endContainer(container, deps.cleanUp)
    await ended
  }

  return {
    kind: 'docker',
    workspace: workspaceInside,
    home: homeInside,
    ownWorkspace: () => ownTree(workspace),
    toolPath: insidePath,
    reach: ways.reach,
    ownProgram: ways.ownProgram,
    exec: async (spec: ExecSpec) => {
      if (ended !== undefined || spec.signal?.aborted === true)
        throw new SandboxError('sandbox_failed', 'It was stopped before it started.')
      return execInContainer(container, { ...spec, env: { ...ways.env, ...spec.env } }, { onKill: () => void kill() })
    },
    kill,
    ranOutOfMemory: async () => {
      const { State } = await container.inspect()
      if (State.OOMKilled) return true
      if (!State.Running) return false
      return (await oomKills(container)) > 0
    },
    misfit: () => misfitOf(container, image),
    keepImage: async ({ withSecrets }) => {
      if (!(await changedOutside(container, [workspaceInside, homeInside, toolsInside]))) return undefined
      if (withSecrets)
        return { why: 'it changed files of the image itself, and an image may not hold the run’s secrets' }
      const kept = KeptImage.parse(await container.commit({ repo: keptName, tag: container.id.slice(0, 32) }))
      return { id: kept.Id }
    },
    dispose: kill,
  }
}

/** Processes that the kernel ended for memory, as the container's own control group counts them. */
async function oomKills(container: Docker.Container): Promise<number> {
  const files = '/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control'
  const exec = await execInContainer(
    container,
    { argv: ['sh', '-c', `cat ${files} 2>/dev/null`] },
    { onKill: () => {} },
  )
  exec.stdin.end()
  exec.stderr.resume()
  let text = ''
  for await (const piece of exec.stdout) text += String(piece)
  return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0)
}

/** Where programs built for glibc find their loader (ELF `PT_INTERP`), by the name that Node has for the processor. */
const glibcLoaders: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
}
const muslLoaders: Readonly<Record<string, string>> = {
  x64: '/lib/ld-musl-x86_64.so.1',
  arm64: '/lib/ld-musl-aarch64.so.1',
}

async function misfitOf(container: Docker.Container, image: string): Promise<string | undefined> {
  const has = async (path: string | undefined): Promise<boolean> => {
    try {
      if (path !== undefined) await container.infoArchive({ path })
      return path !== undefined
    } catch (error) {
      if (statusOf(error) === 404) return false
      throw error
    }
  }
  if (await has(glibcLoaders[process.arch])) return undefined
  const what = (await has(muslLoaders[process.arch]))
    ? 'is built on musl, as Alpine Linux is'
    : `has no glibc for this processor (${process.arch})`
  return `The image ${image} ${what}. Harnesses need an image with glibc, such as debian or ubuntu.`
}

/** Ends every process of the container at once. Being gone already is the aim. */
async function endContainer(container: Docker.Container, remove: boolean): Promise<void> {
  const gone = (error: unknown): boolean => statusOf(error) === 404 || statusOf(error) === 409
  try {
    await container.kill({ signal: 'SIGKILL' })
  } catch (error) {
    if (!gone(error)) throw error
  }
  if (!remove) return
  try {
    await container.remove({ force: true, v: true })
  } catch (error) {
    if (!gone(error)) throw error
  }
}

const execFileAsync = promisify(execFile)

/** The user of a container: the runner's own, or a plain one where that is root. */
function plainUserOf(): { uid: number; gid: number } {
  const [uid, gid] = [process.getuid?.() ?? plainUser, process.getgid?.() ?? plainUser]
  return uid === 0 ? { uid: plainUser, gid: plainUser } : { uid, gid }
}

/** A folder that root has made becomes the plain user's, with everything in it. */
async function ownFolder(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  await mkdir(folder, { recursive: true })
  if ((await lstat(folder)).uid === 0) await ownTree(folder)
}

async function ownTree(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = plainUserOf()
  if ((await readdir(folder)).length === 0) await lchown(folder, uid, gid)
  else await execFileAsync('chown', ['-R', '-h', `${uid}:${gid}`, folder])
}

/** Neither replaces what marks the run's processes. */
function variablesOf({ env = {} }: SandboxSpec): string[] {
  return Object.entries(env).flatMap(([name, value]) => (name === runMarker ? [] : [`${name}=${value}`]))
}

/** What is asked for, within what this machine gives. */
function limitsOf(
  { resources = {} }: SandboxSpec,
  limits: DockerLimits,
): Pick<Docker.HostConfig, 'Memory' | 'MemorySwap' | 'NanoCpus' | 'PidsLimit'> {
  const asked = resources.memoryMb === undefined ? limits.memoryBytes : resources.memoryMb * 1024 * 1024
  const Memory = Math.min(asked, limits.memoryBytes)
  return {
    Memory,
    MemorySwap: Memory,
    NanoCpus: Math.round(Math.min(resources.cpus ?? limits.cpus, limits.cpus) * 1e9),
    PidsLimit: Math.min(resources.pids ?? limits.pids, limits.pids),
  }
}

function insidePath(path: string): string {
  return `${toolsInside}${path}`
}

function startError(error: unknown, image: string): SandboxError {
  const message = messageOf(error)
  if (/exec(?:utable)? .*sleep|"sleep"/.test(message)) {
    return new SandboxError(
      'sandbox_failed',
      `The image ${image} can't be used: it lacks the program “sleep”, so it is no ordinary Linux system.`,
      { cause: error },
    )
  }
  return new SandboxError('sandbox_failed', `Docker could not start a container of ${image}: ${message}`, {
    cause: error,
  })
}
