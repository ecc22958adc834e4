import type Docker from 'dockerode'
import { z } from 'zod'
import { messageOf } from '../log.ts'
import type { PullPolicy } from '#shared/domain/environment.ts'
import { statusOf, type DockerEngine } from './docker-engine.ts'
import { neverFetched, pullFailure } from './pull-failure.ts'
import { registryOf, type GivenLogin, type RegistryLogins } from './registry-logins.ts'
import { SandboxError } from './sandbox.ts'

/** How the engine names what it has. @returns `undefined` when the image is not on this machine. @throws SandboxError */
export async function imageId({ docker, address }: DockerEngine, image: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(image).inspect()).Id
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw new SandboxError('sandbox_failed', `Docker at ${address} can't be used: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

const Progress = z.object({
  status: z.string().max(200),
  id: z.string().max(200).optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
})

interface How {
  /** Of the run's secrets; they go before those of the machine. */
  logins?: readonly GivenLogin[]
  write: (text: string) => void
  signal: AbortSignal
  now: () => number
  /** Of the run's environment. */
  pullPolicy?: PullPolicy | undefined
}

/** A runner that fetches nothing does so for nobody; else the environment's word goes before the runner's. */
export function policyOf(runners: PullPolicy, own: PullPolicy | undefined): PullPolicy {
  return runners === 'never' ? 'never' : (own ?? runners)
}

/** Images of this machine, and how they come here. */
export interface Images {
  /** Fetches an image, its progress as lines: one for each layer when it is there, one in five seconds for what is on its way. @returns 1 when it could not be had. */
  fetch(image: string, how: How): Promise<number>
  /** Whether an image can be there at the start of a container: fetched now when nobody has. @throws SandboxError */
  have(image: string, pullPolicy?: PullPolicy): Promise<void>
}

export function createImages(deps: {
  engine: DockerEngine
  limits: { pull: PullPolicy }
  logins: RegistryLogins
  onFetched?: (image: string) => void
}): Images {
  const { docker } = deps.engine

  async function fetch(image: string, { write, signal, now, logins = [], pullPolicy }: How): Promise<number> {
    if (policyOf(deps.limits.pull, pullPolicy) === 'never') {
      write(`${neverFetched(image, deps.limits.pull === 'never' ? 'runner' : 'environment')}\n`)
      return 1
    }
    const registry = registryOf(image)
    const given = logins.find((one) => one.registry === registry)
    const { login, problem } =
      given === undefined ? await deps.logins.of(registry) : { login: given.login, problem: undefined }
    let stream: (NodeJS.ReadableStream & { destroy?: () => void }) | undefined
    const stop = (): void => stream?.destroy?.()
    try {
      const opened = await docker.pull(image, login === undefined ? {} : { authconfig: login })
      stream = opened
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      const tell = createTelling(write, now)
      await new Promise<void>((resolve, reject) => {
        opened.on('close', () => reject(new Error('it was broken off')))
        docker.modem.followProgress(
          opened,
          (error: Error | null) => (error === null ? resolve() : reject(error)),
          (line: unknown) => {
            const parsed = Progress.safeParse(line)
            if (parsed.success) tell(parsed.data)
          },
        )
      })
      deps.onFetched?.(image)
      return 0
    } catch (error) {
      if (signal.aborted) return 130
      const user = login === undefined ? undefined : (login.username ?? 'a token')
      const isHere = (await imageId(deps.engine, image)) !== undefined
      const message = messageOf(error)
      write(`${pullFailure({ image, isHere, registry, message, user, problem, secret: given?.secret })}\n`)
      return 1
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    fetch,
    have: async (image, pullPolicy) => {
      if ((await imageId(deps.engine, image)) !== undefined) return
      let said = ''
      const write = (text: string): void => {
        said = text
      }
      const code = await fetch(image, { write, signal: new AbortController().signal, now: () => 0, pullPolicy })
      if (code !== 0) throw new SandboxError('sandbox_failed', said.trim())
    },
  }
}

const tellEveryMs = 5000

function createTelling(write: (text: string) => void, now: () => number): (line: z.infer<typeof Progress>) => void {
  const layers = new Map<string, { current: number; total: number }>()
  let toldAt = now()
  return ({ status, id, progressDetail }) => {
    if (id === undefined || /^(Pull complete|Already exists|Pulling from)/.test(status))
      return write(`${id === undefined ? '' : `${id}: `}${status}\n`)
    const { current, total } = progressDetail ?? {}
    if (status !== 'Downloading' || current === undefined || total === undefined) return
    layers.set(id, { current, total })
    if (now() - toldAt < tellEveryMs) return
    toldAt = now()
    const all = [...layers.values()].reduce((sum, layer) => sum + layer.total, 0)
    const done = [...layers.values()].reduce((sum, layer) => sum + layer.current, 0)
    write(`Downloading: ${Math.round(done / 1e6)} of ${Math.round(all / 1e6)} MB\n`)
  }
}

/** What the engine itself puts into a container, or mounts there. */
const ofTheEngine = [
  ...['/tmp', '/run', '/dev', '/proc', '/sys'],
  ...['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/.dockerenv'],
  ...['/sbin/docker-init', '/usr/sbin/docker-init'],
]

/** Of a container's own files, outside of what is mounted into it. */
export async function changedOutside(container: Docker.Container, mounted: readonly string[]): Promise<boolean> {
  const listed = z.array(z.object({ Path: z.string() })).safeParse(await container.changes())
  const aside = [...mounted, ...ofTheEngine]
  return (listed.data ?? []).some(
    ({ Path }) => !aside.some((path) => path === Path || Path.startsWith(`${path}/`) || path.startsWith(`${Path}/`)),
  )
}
