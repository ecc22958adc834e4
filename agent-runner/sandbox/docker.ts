import { randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import type Docker from 'dockerode'
import { z } from 'zod'
import type { PullPolicy } from '#shared/domain/environment.ts'
import { RunId, type RunnerId } from '#shared/ids.ts'
import type { Volume } from '../config/volumes.ts'
import { messageOf } from '../log.ts'
import { statusOf, type DockerEngine } from './docker-engine.ts'
import { buildImage } from './docker-build.ts'
import { changedOutside, createImages, imageId, policyOf, type Images } from './docker-image.ts'
import { countLimits, limitsOf, toldLimits, type DockerLimits, type LimitCounts } from './docker-limits.ts'
import { ownFolder, ownTree, plainUserOf } from './docker-user.ts'
import type { GivenLogin, RegistryLogins } from './registry-logins.ts'
import type { FetchedImages } from '../disk/fetched-images.ts'
import type { Resolve } from '../egress/egress-guard.ts'
import { needsWays, openWays, type ContainerWays } from './container-ways.ts'
import { execInContainer } from './docker-exec.ts'
import { openContainerPty } from './docker-pty.ts'
import { ownPrograms } from './own-files.ts'
import {
  runMarker,
  SandboxError,
  type ExecSpec,
  type PtySpec,
  type Sandbox,
  type SandboxProvider,
  type SandboxSpec,
} from './sandbox.ts'

export interface DockerDeps {
  engine: DockerEngine
  limits: DockerLimits & {
    image: string
    network: string
    pull: PullPolicy
    /** Of this machine, in every container. */
    volumes: readonly Volume[]
    env: Readonly<Record<string, string>>
  }
  logins: RegistryLogins
  runnerId: RunnerId
  /** Off: containers are stopped and left for looking at. */
  cleanUp: boolean
  /** A Node of this machine that works in containers. @throws SandboxError */
  node: () => Promise<string>
  fetched?: FetchedImages
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

/** One container for each run: no root, no capabilities, no new privileges, limits, no socket inside. */
export function createDockerProvider(deps: DockerDeps): SandboxProvider {
  const { docker } = deps.engine
  const images = createImages({ ...deps, onFetched: (image) => deps.fetched?.note({ image, fetched: true }) })
  const owned: Owned = new Map()
  const allLogins = async (given: readonly GivenLogin[] = []) => ({
    ...(await deps.logins.all()),
    ...Object.fromEntries(given.map(({ login }) => [login.serveraddress, login])),
  })

  async function ended(filter: string, which: (runId: string) => boolean): Promise<string[] | undefined> {
    if ((await deps.engine.problem()) !== undefined) return undefined
    const found = await docker.listContainers({ all: true, filters: { label: [filter] } })
    const ofWhich = found.filter(({ Labels }) => which(Labels[runLabel] ?? ''))
    // What is kept for looking at is only held still.
    const left = deps.cleanUp ? ofWhich : ofWhich.filter(({ State }) => State === 'running')
    for (const { Id } of left) await endContainer(docker.getContainer(Id), deps.cleanUp)
    return left.map(({ Labels }) => Labels[runLabel] ?? '')
  }

  return {
    kind: 'docker',
    start: (spec) => startContainer(spec, { ...deps, images, owned }),
    imageName: (image) => image ?? deps.limits.image,
    imageId: (image) => imageId(deps.engine, image ?? deps.limits.image),
    fetchImage: (image, how) => images.fetch(image ?? deps.limits.image, { ...how, now: () => performance.now() }),
    fetchesAlways: (own) => policyOf(deps.limits.pull, own) === 'always',
    buildImage: async (what, how) =>
      buildImage(deps.engine, { ...what, network: deps.limits.network, logins: await allLogins(how.logins) }, how),
    dropImage: async (id) => {
      await docker
        .getImage(id)
        .remove({ force: true })
        .catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error
        })
    },
    diskFolder: () => deps.engine.rootFolder(),
    dropFetchedImage: () => deps.fetched?.dropOldest() ?? Promise.resolve(false),
    problem: () => deps.engine.problem(),
    sweep: async (runId) => (await ended(`${runLabel}=${runId}`, () => true)) !== undefined,
    sweepOrphans: async (known) => {
      const mine = `${runnerLabel}=${deps.runnerId}`
      const runs = await ended(mine, (runId) => !owned.has(runId))
      // A container hands its labels on to its image.
      const made =
        runs === undefined ? [] : await docker.listImages({ filters: { label: [mine], reference: [keptName] } })
      for (const { Id, Labels } of made) {
        if (known.has(Id) || owned.has(Labels?.[runLabel] ?? '')) continue
        // What a container is made of stays for now.
        await docker
          .getImage(Id)
          .remove()
          .catch(() => {})
      }
      return [...new Set(runs)].flatMap((runId) => RunId.safeParse(runId).data ?? [])
    },
    close: async () => {},
  }
}

/** Runs of this process that have a container, or are about to. */
type Owned = Map<string, number>
type StartDeps = DockerDeps & { images: Images; owned: Owned }

/** @returns what gives it back. */
function own(owned: Owned, runId: RunId): () => void {
  owned.set(runId, (owned.get(runId) ?? 0) + 1)
  let given = false
  return () => {
    if (given) return
    given = true
    const left = (owned.get(runId) ?? 1) - 1
    if (left === 0) owned.delete(runId)
    else owned.set(runId, left)
  }
}

async function startContainer(spec: SandboxSpec, deps: StartDeps): Promise<Sandbox> {
  const disown = own(deps.owned, spec.runId)
  try {
    return await startOwned(spec, deps, disown)
  } catch (error) {
    disown()
    throw error
  }
}

async function startOwned(spec: SandboxSpec, deps: StartDeps, disown: () => void): Promise<Sandbox> {
  const { limits, engine } = deps
  const image = spec.image ?? limits.image
  await deps.images.have(image, spec.pullPolicy)
  deps.fetched?.note({ image, fetched: false })
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
      name: `drover-${spec.runId}-${randomBytes(3).toString('hex')}`,
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
        ...variablesOf({ env: { ...limits.env, ...spec.env } }),
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
        Mounts: [
          { Type: 'bind', Source: spec.workspace, Target: workspaceInside },
          { Type: 'bind', Source: spec.home, Target: homeInside },
          ...tools.map(({ from, to }) => ({ Type: 'bind' as const, Source: from, Target: to, ReadOnly: true })),
          ...limits.volumes.map(({ kind, source, target, readOnly }) => ({
            Type: kind === 'named' ? ('volume' as const) : ('bind' as const),
            Source: source,
            Target: target,
            ReadOnly: readOnly,
          })),
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
  return containerSandbox(container, { image, spec, ways, disown }, deps)
}

function containerSandbox(
  container: Docker.Container,
  { image, spec, ways, disown }: { image: string; spec: SandboxSpec; ways: ContainerWays; disown: () => void },
  deps: DockerDeps,
): Sandbox {
  const { workspace } = spec
  let ended: Promise<void> | undefined
  let told: LimitCounts = { oomKills: 0, refusedForks: 0, isFull: false }

  async function kill(): Promise<void> {
    ways.close()
    ended ??= endContainer(container, deps.cleanUp).finally(disown)
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
    terminal: async (spec: PtySpec) => {
      if (ended !== undefined) throw new SandboxError('sandbox_failed', 'It was stopped before it started.')
      return openContainerPty(container, { ...spec, env: { ...ways.env, ...spec.env } })
    },
    kill,
    ranOutOfMemory: async () => {
      const { State } = await container.inspect()
      if (State.OOMKilled) return true
      if (!State.Running) return false
      return (await countLimits(container)).oomKills > 0
    },
    limitsHit: async () => {
      if (ended !== undefined) return []
      const { State } = await container.inspect()
      if (!State.Running) return []
      const now = await countLimits(container)
      const sentences = toldLimits(now, told, limitsOf(spec, deps.limits))
      told = now.isFull ? { ...told, refusedForks: told.refusedForks + 1 } : now
      return sentences
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

/** Neither replaces what marks the run's processes. */
function variablesOf({ env = {} }: Pick<SandboxSpec, 'env'>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (name === runMarker ? [] : [`${name}=${value}`]))
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
  if (/storage-opt|storage opt/i.test(message)) {
    return new SandboxError(
      'sandbox_failed',
      `This Docker can't hold a container to a size on the disk (DROVER_DOCKER_DISK): ${message}`,
      { cause: error },
    )
  }
  return new SandboxError('sandbox_failed', `Docker could not start a container of ${image}: ${message}`, {
    cause: error,
  })
}
